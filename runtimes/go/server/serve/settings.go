package serve

import (
	"os"
	"strconv"
	"strings"
	"time"
)

// See runtimes/README.md.
type settings struct {
	name, timeout, runtime, memoryLimit string

	port string
	// -1 where the platform gives none.
	streamFD, readyFD int
}

// takeSettings also removes from the environment what is none of the function's business.
func takeSettings() settings {
	taken := settings{
		name:        os.Getenv("FUNC_HANDLER"),
		timeout:     firstOf(os.Getenv("FUNC_TIMEOUT"), "180"),
		runtime:     os.Getenv("FUNC_RUNTIME"),
		memoryLimit: os.Getenv("FUNC_MEMORY_LIMIT"),
		port:        firstOf(os.Getenv("PORT"), os.Getenv("FUNC_PORT"), "8080"),
		streamFD:    descriptor("KONTAIN_STREAM_FD"),
		readyFD:     descriptor("KONTAIN_READY_FD"),
	}
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "KONTAIN_") {
			os.Unsetenv(name)
		}
	}
	return taken
}

func (s settings) duration() time.Duration {
	seconds, err := strconv.ParseFloat(s.timeout, 64)
	if err != nil || seconds <= 0 || seconds > 1e9 {
		seconds = 180
	}
	return time.Duration(seconds * float64(time.Second))
}

func firstOf(values ...string) string {
	for _, value := range values {
		if value != "" {
			return value
		}
	}
	return ""
}

func descriptor(variable string) int {
	fd, err := strconv.Atoi(os.Getenv(variable))
	if err != nil {
		return -1
	}
	return fd
}
