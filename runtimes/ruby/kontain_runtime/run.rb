# frozen_string_literal: true

require 'kontain_runtime/function'

module KontainRuntime
  # From the environment to the exit code.
  def self.run(env)
    template_fd, stream_fd, library = %w[KONTAIN_TEMPLATE_FD KONTAIN_STREAM_FD KONTAIN_LIBRARY].map { env.delete(_1) }
    $stdout.sync = $stderr.sync = true
    # Ruby's own handlers of these run when Ruby code does, which a template that waits for forks never does.
    %w[TERM INT].each { trap(_1, 'SYSTEM_DEFAULT') }
    # Whatever the locale.
    Encoding.default_external = Encoding::UTF_8
    if ARGV == ['--check']
      require 'kontain_runtime/check'
      return Check.run(env)
    end
    return load_and_serve(env, stream_fd) unless template_fd

    require 'kontain_runtime/template'
    Template.in_process_of_its_own(Integer(template_fd)) do
      function = load(env)
      function ? Template.new(Integer(template_fd), function, library).run : 1
    end
  rescue SystemExit => e
    e.status
  rescue Exception => e # rubocop:disable Lint/RescueException -- this is the end of the process
    warn e.full_message(highlight: false)
    1
  end

  def self.load(env)
    Function.load(env)
  rescue LoadFailed => e
    warn "Cannot load the function: #{e.message}"
  rescue SystemExit
    raise
  rescue Exception => e # rubocop:disable Lint/RescueException -- whatever the module raises
    warn "Cannot load the function: #{e.class}: #{e.message}", e.full_message(highlight: false)
  end

  def self.load_and_serve(env, stream_fd)
    function = load(env) or return 1
    require 'kontain_runtime/server'
    stream_fd ? serve_one(Integer(stream_fd), function) : serve_port(Integer(env['PORT'] || env['FUNC_PORT'] || 8080), function)
    0
  end
  private_class_method :load, :load_and_serve
end
