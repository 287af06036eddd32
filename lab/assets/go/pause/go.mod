module kubectl-nvme.dev/lab/assets/pause

go 1.26.0
