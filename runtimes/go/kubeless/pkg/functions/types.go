// Package functions has the types of Kubeless' functions in Go, at the import path and with the fields that it had.
package functions

import (
	"context"
	"net/http"
)

// Extension is the request as Go has it. What is written to Response is streamed.
type Extension struct {
	Request  *http.Request
	Response http.ResponseWriter
	// Context ends with the function's timeout, and when the caller has gone.
	Context context.Context
}

// Event is one call.
type Event struct {
	// Data is the request's body, whatever its type: any bytes.
	Data           string
	EventID        string
	EventType      string
	EventTime      string
	EventNamespace string
	Extensions     Extension
}

// Context says how the function is run.
type Context struct {
	FunctionName string
	Timeout      string
	Runtime      string
	MemoryLimit  string
}
