# Stands for brew: reads a formula, fetches what it names, checks it, and installs it below a directory.
#
# ruby formula.rb FORMULA MACHINE DIRECTORY: MACHINE is intel or arm. Then the formula's own test is run.

require "digest"
require "fileutils"
require "net/http"
require "pathname"
require "socket"
require "tmpdir"

FORMULA, MACHINE, PREFIX = ARGV

# The words of the formula language that ours uses; any other is an error.
module Fetched
  def url(address) = @url = address
  def sha256(sum) = @sha256 = sum

  def stage
    Dir.mktmpdir do |directory|
      path = File.join(directory, File.basename(@url))
      File.binwrite(path, Net::HTTP.get(URI(@url)))
      raise "#{@url} has another checksum" unless Digest::SHA256.file(path).hexdigest == @sha256
      Dir.chdir(directory) do
        if path.end_with?(".tgz")
          system("tar", "-xzf", path, "--strip-components=1", exception: true)
          File.delete(path)
        end
        yield
      end
    end
  end
end

class Resource
  include Fetched
end

# A place below the prefix.
class Place < Pathname
  def install(what)
    FileUtils.mkdir_p(to_s)
    pairs = what.is_a?(Hash) ? what : { what => File.basename(what) }
    pairs.each do |from, name|
      FileUtils.cp(from, join(name))
      FileUtils.chmod(0o755, join(name)) if basename.to_s == "bin"
    end
  end
end

class Formula
  PLACES = {
    bin: "bin",
    man1: "share/man/man1",
    bash_completion: "etc/bash_completion.d",
    zsh_completion: "share/zsh/site-functions",
    fish_completion: "share/fish/vendor_completions.d",
  }.freeze

  class << self
    include Fetched
    attr_reader :facts, :resources, :check

    %i[desc homepage version license depends_on].each do |word|
      define_method(word) { |value| (@facts ||= {})[word] = value }
    end

    def on_intel = (yield if MACHINE == "intel")
    def on_arm = (yield if MACHINE == "arm")
    def resource(name, &body) = (@resources ||= {})[name] = Resource.new.tap { |it| it.instance_eval(&body) }
    def test(&body) = @check = body
  end

  PLACES.each { |word, path| define_method(word) { Place.new(File.join(PREFIX, path)) } }
  def resource(name) = self.class.resources.fetch(name)
  def free_port = TCPServer.open("127.0.0.1", 0) { |server| server.addr[1] }

  def shell_output(words)
    said = `#{words}`
    raise "#{words}: #{$?}" unless $?.success?
    said
  end

  def assert_match(expected, text)
    raise "no #{expected} in #{text}" unless text.include?(expected)
  end
end

load FORMULA
formula = Websockd.new
Websockd.stage { formula.install }
raise "desc, homepage or license is missing" unless %i[desc homepage license].all? { |word| Websockd.facts[word] }
formula.instance_eval(&Websockd.check) if MACHINE == "intel"
