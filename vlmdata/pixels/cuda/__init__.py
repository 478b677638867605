"""The backend that decodes, edits and encodes JPEG pictures on an NVIDIA GPU.

Read in this order::

    route     which pictures the GPU takes, decided by headers alone; the CPU takes all others
    order     what goes to the process that drives the GPU, and what comes back
    window    one window of pictures: orders sent, the CPU's share rendered meanwhile, answers collected
    device    that process, as its worker sees it
    child     that process, from within
    stage     decode, transform, encode, overlapped
    kernels   the transforms of ``vlmdata.types`` on tensors
    encoding  views to bytes, by the device or by the CPU
    codec     what a library must do for us: ``torchcodec`` first, ``nvimagecodec`` second
    probe     whether all this can work here, and if not, why

Only ``child`` and what it calls import torch, and only in a process of their own: a damaged picture may crash the
driver, and no worker should wait for CUDA that does not need it.
"""
