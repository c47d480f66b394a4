package shmring

const membarrierCall, seccompCall = 283, 277
