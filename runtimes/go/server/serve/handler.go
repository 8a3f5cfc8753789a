package serve

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime/debug"
	"strings"

	"github.com/kubeless/kubeless/pkg/functions"
)

// Function is what the author writes.
type Function = func(functions.Event, functions.Context) (string, error)

type handler struct {
	function Function
	settings settings
}

func (h *handler) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	if h.settings.streamFD < 0 && request.URL.Path == "/healthz" {
		io.WriteString(response, "OK")
		return
	}
	var body strings.Builder
	if _, err := io.Copy(&body, request.Body); err != nil {
		http.Error(response, "Bad Request", http.StatusBadRequest)
		return
	}
	deadline, cancel := context.WithTimeout(request.Context(), h.settings.duration())
	defer cancel()
	request = request.WithContext(deadline)
	request.Body = io.NopCloser(strings.NewReader(body.String()))
	answer := &answer{ResponseWriter: response}
	result, err := h.call(eventOf(body.String(), request, answer))
	if err != nil {
		answer.fail(err)
	} else if result != "" {
		io.WriteString(answer, result)
	}
}

// call also makes an error of a panic, whose trace is the function's own output.
func (h *handler) call(event functions.Event) (result string, err error) {
	defer func() {
		cause := recover()
		if cause == http.ErrAbortHandler {
			panic(cause)
		}
		if cause != nil {
			fmt.Fprintf(os.Stderr, "panic: %v\n\n%s", cause, debug.Stack())
			err = fmt.Errorf("%v", cause)
		}
	}()
	result, err = h.function(event, functions.Context{
		FunctionName: h.settings.name,
		Timeout:      h.settings.timeout,
		Runtime:      h.settings.runtime,
		MemoryLimit:  h.settings.memoryLimit,
	})
	if err != nil {
		fmt.Fprintf(os.Stderr, "Function failed: %v\n", err)
	}
	return result, err
}

func eventOf(data string, request *http.Request, response http.ResponseWriter) functions.Event {
	return functions.Event{
		Data:           data,
		EventID:        request.Header.Get("event-id"),
		EventType:      request.Header.Get("event-type"),
		EventTime:      request.Header.Get("event-time"),
		EventNamespace: request.Header.Get("event-namespace"),
		Extensions:     functions.Extension{Request: request, Response: response, Context: request.Context()},
	}
}
