// Package conn_test holds connections to what users of package net expect of them, on every road: the
// judge of golang.org/x/net, two processes, and peers that are killed at random moments.
package conn_test
