package shmring

const membarrierCall, seccompCall = 324, 317
