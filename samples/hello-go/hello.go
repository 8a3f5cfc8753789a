package kubeless

import "github.com/kubeless/kubeless/pkg/functions"

// Handler answers one call, in a sandbox of its own.
func Handler(event functions.Event, context functions.Context) (string, error) {
	return "hello world\n", nil
}
