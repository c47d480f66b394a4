// Package trace counts the system calls of rings and connections from outside, with strace.
package trace
