# kubia: `make` lists what there is.
