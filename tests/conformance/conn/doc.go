// Package conn_test checks that connections behave as users of package net expect, on every transport: with
// golang.org/x/net/nettest in one process and across two, and with peers that are killed at random moments.
package conn_test
