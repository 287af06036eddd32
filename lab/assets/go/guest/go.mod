module kubectl-nvme.dev/lab/assets/guest

go 1.26.0
