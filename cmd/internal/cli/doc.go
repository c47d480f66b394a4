// Package cli is what the commands shmring and shmbench share: how they run, fail, print and attach to a
// ring.
//
// Exit codes: 0 good, 1 failure, 2 usage. Everything that goes wrong before a command's own work begins is
// usage, and so are names and option values that the library refuses.
package cli
