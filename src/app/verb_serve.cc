// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>
#include <signal.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "app/command_line.h"
#include "app/exit_code.h"
#include "app/node.h"
#include "app/settings.h"
#include "app/verbs.h"
#include "base/log.h"

namespace sigla::app {

namespace {

constexpr std::string_view kDescription =
    "Runs the symbol server: takes symbols in, hands them to debuggers, makes crashes readable. "
    "Without options it listens on 127.0.0.1:8484 and keeps everything in ./sigla-data.\n\n"
    "Settings come from sigla.toml (in the current folder, or the file named by --config or "
    "$SIGLA_CONFIG), are overridden by SIGLA_* variables, and these by options. The file has one "
    "`name = value` a line, with the names of the options below, '_' instead of '-':\n\n"
    "  listen = \"0.0.0.0:8484\"\n  data = \"/var/lib/sigla\"\n\n"
    "The first start creates the project 'default', which everybody who reaches the server may "
    "read, "
    "and an administrator's token in DATA/admin.token. Writing always needs a token.\n\n"
    "SIGTERM and SIGINT stop the server: it accepts nothing new, finishes what is under way and "
    "exits. What was acknowledged is on the disk, whatever happens to the process.";

// Stops the node when the process is told to end.
class SignalWatch {
 public:
  // Blocks the signals; call it before any thread is started.
  SignalWatch() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGTERM);
    sigaddset(&signals_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  }
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;
  ~SignalWatch() {
    if (!thread_.joinable()) return;
    pthread_kill(thread_.native_handle(), SIGTERM);
    thread_.join();
  }
  void watch(Node& node) {
    thread_ = std::thread([this, &node] {
      int signal = 0;
      sigwait(&signals_, &signal);
      node.stop();
    });
  }

 private:
  sigset_t signals_{};
  std::thread thread_;
};

Status read_settings(const std::string& config, Settings& settings) {
  const char* from_environment = std::getenv("SIGLA_CONFIG");
  const std::string named = !config.empty()               ? config
                            : from_environment != nullptr ? from_environment
                                                          : "";
  if (!named.empty()) {
    SIGLA_TRY(settings.read_file(named));
  } else {
    const Status status = settings.read_file("sigla.toml");
    if (!status.has_value() && status.error().code() != ErrorCode::kNotFound) {
      return Error(status.error().code(), status.error().message());
    }
  }
  return settings.read_environment(std::getenv);
}

LogLevel log_level_of(std::string_view name) {
  if (name == "debug") return LogLevel::kDebug;
  if (name == "warning") return LogLevel::kWarning;
  return name == "error" ? LogLevel::kError : LogLevel::kInfo;
}

Result<int> serve(const Settings& settings) {
  // Freed memory of one request helps the next: a few arenas do, and large blocks go back at once.
  mallopt(M_ARENA_MAX, 2);
  mallopt(M_TRIM_THRESHOLD, 1 << 20);
  mallopt(M_MMAP_THRESHOLD, 256 << 10);
  // Writing past what `ulimit -f` allows is an error like a full disk, not a reason to die.
  std::signal(SIGXFSZ, SIG_IGN);
  set_log_level(log_level_of(settings.text("log_level")));
  SignalWatch signals;
  SIGLA_TRY_ASSIGN(const std::unique_ptr<Node> node, Node::start(settings));
  signals.watch(*node);
  node->run();
  log_info("stopped");
  return static_cast<int>(kExitDone);
}

int run_serve(const Verb& self, Arguments arguments) {
  CommandLine line(self, "[OPTION]...", kDescription);
  std::string config;
  bool print_config = false;
  line.option("--config", "FILE", &config, "read settings from FILE instead of sigla.toml");
  line.flag(
      "--print-config", &print_config, "print every setting and where it comes from, and exit");
  std::vector<std::optional<std::string>> values(all_settings().size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const SettingInfo& info = all_settings()[i];
    const std::string help = info.default_value.empty()
                                 ? std::string(info.help)
                                 : fmt::format("{} (default {})", info.help, info.default_value);
    line.option(flag_name(info.name), std::string(info.value_name), &values[i], help);
  }
  line.example("sigla serve --data /var/lib/sigla --listen 0.0.0.0:8484",
               "serve everybody on the network");
  line.example("SIGLA_LISTEN=:80 sigla serve --print-config", "see what would be used");
  if (const auto status = line.parse(arguments)) return *status;
  Settings settings = Settings::defaults();
  Status status = read_settings(config, settings);
  for (std::size_t i = 0; status.has_value() && i < values.size(); ++i) {
    const std::string_view name = all_settings()[i].name;
    if (values[i]) status = settings.set(name, *values[i], flag_name(name));
  }
  if (!status.has_value()) return fail("serve", status.error());
  if (print_config) {
    std::fputs(settings.print().c_str(), stdout);
    return kExitDone;
  }
  const Result<int> result = serve(settings);
  if (!result.has_value()) return fail("serve", result.error());
  return *result;
}

}  // namespace

const Verb kVerbServe = {"serve", "run the symbol server", run_serve};

}  // namespace sigla::app
