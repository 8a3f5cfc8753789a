// Package serve calls a function of Kubeless' convention for each HTTP request.
package serve

import (
	"fmt"
	"net"
	"os"
)

// Main serves one call of the platform, or an HTTP server on PORT where there is no platform.
func Main(function Function) {
	settings := takeSettings()
	handler := &handler{function: function, settings: settings}
	if settings.streamFD >= 0 {
		serveCall(settings, handler)
		return
	}
	listener, err := net.Listen("tcp", ":"+settings.port)
	if err != nil {
		fail(err)
	}
	fmt.Printf("Serving %s on port %d\n", settings.name, listener.Addr().(*net.TCPAddr).Port)
	fail(newServer(handler).Serve(listeningStrictly{listener}))
}

func fail(err error) {
	fmt.Fprintf(os.Stderr, "Cannot serve the function: %v\n", err)
	os.Exit(1)
}
