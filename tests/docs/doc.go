// Package docs holds the documentation and the tree to what they promise: links lead somewhere, snippets
// compile, the quick start is the program that is tested, packages import only what the table in
// docs/ARCHITECTURE.md allows, and files keep the rules of CONTRIBUTING.md.
//
// # Snippets
//
// Every block marked go in a Markdown file is compiled. A block that begins with "package" is a program of
// its own. A block of declarations joins its document's other declarations. Any other block is the body of a
// function that returns an error and has these parameters:
//
//	ctx context.Context, seg *shmring.Segment, p *shmring.Producer, c *shmring.Consumer,
//	payload []byte, payloads [][]byte
//
// A comment before the block adds further ones:
//
//	<!-- with: orders []Order, conn *shmring.Conn -->
package docs
