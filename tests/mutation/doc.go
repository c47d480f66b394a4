// Package mutation checks the tests: it breaks one line of the library at a time and expects a named test to fail.
//
// Each mutant is a replacement of text that occurs once in a file. The changed file takes the original's place through
// the compiler's -overlay, so the checkout stays as it is. A mutant whose text is not there any more, or that no test kills,
// fails. The short form runs a few of them; the long form runs all:
//
//	SHMRING_MUTATION=long go test -timeout 60m -v ./tests/mutation
//	SHMRING_MUTANT='a sleep without the last look' go test -v ./tests/mutation
package mutation
