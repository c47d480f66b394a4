// Package proc says who a process is, what it is doing and when it ends, for people,
// for tools and to be woken early. It decides nothing: whether a peer lives is
// answered by its lease (package lease), because a pid can be used twice and means
// something else in another pid namespace.
//
// A pid together with its start time names one process of this boot, as seen from one
// pid and time namespace. Look asks for all of that; what it does not find can be alive all the same.
//
// On systems other than Linux only Self works, without start time and boot identity; nobody
// is seen, and Watch reports [errors.ErrUnsupported].
package proc
