module kubectl-nvme.dev/scripts/launcher

go 1.19
