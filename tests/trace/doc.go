// Package trace counts the system calls of connections from outside, with strace.
package trace
