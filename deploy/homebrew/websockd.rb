# The template of the formula: `bun run build homebrew --release-url=URL` puts addresses and checksums in the place of @...@.

class Websockd < Formula
  desc "Turns any program into a WebSocket server"
  homepage "@HOMEPAGE@"
  version "@VERSION@"
  license "MIT"

  depends_on :linux

  on_intel do
    url "@INTELURL@"
    sha256 "@INTELSUM@"
  end

  on_arm do
    url "@ARMURL@"
    sha256 "@ARMSUM@"
  end

  # The man page and the completions.
  resource "source" do
    url "@SOURCEURL@"
    sha256 "@SOURCESUM@"
  end

  def install
    bin.install Dir["websockd-*"].first => "websockd"
    resource("source").stage do
      man1.install "docs/websockd.1"
      bash_completion.install "docs/completions/websockd.bash" => "websockd"
      zsh_completion.install "docs/completions/_websockd"
      fish_completion.install "docs/completions/websockd.fish"
    end
  end

  test do
    port = free_port
    server = spawn (bin/"websockd").to_s, "--address=127.0.0.1", "--port=#{port}", "--console", "cat"
    begin
      page = shell_output("curl --silent --retry 10 --retry-connrefused http://127.0.0.1:#{port}/")
      assert_match "websockd", page
    ensure
      Process.kill "TERM", server
      Process.wait server
    end
  end
end
