// Package namespaces runs the library where a container or a sandbox puts it: in other namespaces, without /proc, with
// system calls denied, with exhausted limits and full file systems.
//
// Each test starts this test binary again in such a place and lets it send to, or receive from, the test in the ordinary
// one. Most places need root, and skip with that reason otherwise.
package namespaces
