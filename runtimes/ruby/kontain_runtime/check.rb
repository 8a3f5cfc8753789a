# frozen_string_literal: true

require 'kontain_runtime/function'

module KontainRuntime
  # Before a function is served, its author is told what would keep it from being loaded.
  module Check
    # Only the author can help.
    EXIT_REFUSED = 2

    # The last line that it prints says what is wrong and what to do.
    def self.run(env)
      # The function shall not see how it is looked at.
      ARGV.clear
      verdict = verdict_of(env) or return 0
      warn verdict.split.join(' ')
      EXIT_REFUSED
    end

    def self.verdict_of(env)
      Function.load(env)
      nil
    rescue LoadFailed => e
      e.message
    rescue Exception => e # rubocop:disable Lint/RescueException -- whatever the module raises
      warn e.full_message(highlight: false)
      "#{place(e, env['KUBELESS_INSTALL_VOLUME'] || '/kubeless')}#{explain(e)}"
    end

    def self.explain(error)
      case error
      when SystemExit then "The module ends the process while it is loaded (exit code #{error.status}): do that in the handler only"
      when LoadError
        "There is no '#{error.path}' to require: add the gem that has it to the Gemfile (--dependencies), or its file to the source"
      when SyntaxError then "SyntaxError: #{error.message.sub(/\A\S+:\d+: /, '').lines.first}"
      else "#{error.class}: #{error.message.lines.first}"
      end
    end

    # "hello.rb, line 3: " of the function's own files, where the error is from one.
    def self.place(error, folder)
      at = [error.message, *error.backtrace].filter_map { _1[/\A#{Regexp.escape(File.join(File.expand_path(folder), ''))}([^:]+:\d+)/, 1] }
      at.empty? ? '' : "#{at.first.sub(':', ', line ')}: "
    end
    private_class_method :verdict_of, :explain, :place
  end
end
