// SPDX-License-Identifier: Apache-2.0
#include "app/command_line.h"
#include "app/exit_code.h"
#include "app/verbs.h"
#include "app/worker_jobs.h"
#include "os/worker.h"

namespace sigla::app {

namespace {

int run_worker(const Verb& self, Arguments arguments) {
  CommandLine line(
      self,
      "[--no-sandbox]",
      "Parses what was uploaded, one job after the other, on behalf of the process that "
      "started it and talks to it through descriptor 3. `sigla serve` starts as many as "
      "it needs; nobody has to run this verb by hand.\n\n"
      "The process gives up everything it does not need before the first job: it cannot "
      "open files or sockets or start programs, and its memory and time are limited. A "
      "parser that crashes here costs one job.");
  line.exit_status(kExitDone, "the parent closed the connection");
  line.example("sigla serve --workers 4", "a server with four of them");
  if (const auto status = line.parse(arguments)) return *status;
  return run_worker_process(all_worker_jobs());
}

}  // namespace

const Verb kVerbWorker = {"worker", "parse uploads in a sandbox, for `sigla serve`", run_worker};

}  // namespace sigla::app
