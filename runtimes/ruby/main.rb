# frozen_string_literal: true

# The entry point of the image: loads the function, then serves it in the way that the environment asks for.

$LOAD_PATH.unshift(__dir__)
require 'kontain_runtime/run'

code = KontainRuntime.run(ENV)
# At once: the caller waits for our end, and a forked child owns nothing that needs cleaning up.
[$stdout, $stderr].each do |stream|
  stream.flush
rescue SystemCallError
  nil
end
exit!(code)
