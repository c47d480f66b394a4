// Package cli tests the commands from outside, as programs of their own: the scripts in testdata, each of
// which says at its top what it shows.
package cli
