package cli

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"
)

// FlagJSON registers --json on root for all its commands.
func FlagJSON(root *cobra.Command) {
	root.PersistentFlags().Bool("json", false, "print JSON, one line per result")
}

// JSON reports whether --json was given.
func JSON(cmd *cobra.Command) bool {
	on, _ := cmd.Flags().GetBool("json")
	return on
}

// Report prints one result: a line of JSON with --json, else its text.
func Report(cmd *cobra.Command, result fmt.Stringer) error {
	if JSON(cmd) {
		e := json.NewEncoder(cmd.OutOrStdout())
		e.SetEscapeHTML(false) // texts hold commands with > in them
		return e.Encode(result)
	}
	_, err := fmt.Fprintln(cmd.OutOrStdout(), result)
	return err
}
