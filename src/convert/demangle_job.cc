// SPDX-License-Identifier: Apache-2.0
#include "convert/demangle_job.h"

#include "base/text.h"
#include "demangle/demangle.h"

namespace sigla {
namespace {

// A batch that kills its worker is halved until the name to blame is alone. After this many deaths
// the rest of the names stay as they are.
constexpr int kDeathsMax = 24;
constexpr std::chrono::seconds kBatchTimeMax{20};
// Names that may explode are sent by themselves, so that they take no others with them. Each that
// does explode costs this much time and a worker, which is why few are tried.
constexpr int kExplosionsMax = 8;
constexpr std::chrono::seconds kExplosionTimeMax{2};
constexpr std::size_t kBatchSizeMax = 16 << 20;  // bytes of names

// Names are separated by NUL, which none of them contains.
Result<WorkerMessage> run_demangle_job(WorkerMessage request, WorkerContext&) {
  WorkerMessage answer;
  for (const std::string_view name : split(request.payload, '\0')) {
    if (!answer.payload.empty()) answer.payload += '\0';
    answer.payload += demangle(name);
  }
  return answer;
}

bool can_send(std::string_view name) {
  return looks_mangled(name) && name.size() <= kMangledNameSizeMax &&
         name.find('\0') == std::string_view::npos;
}

// One call's work: `names` to demangle, answers by index.
class Batches {
 public:
  Batches(WorkerPool& pool, std::span<const std::string_view> names) : pool_(pool), names_(names) {
    out_.reserve(names.size());
    for (const std::string_view name : names) out_.emplace_back(name);
  }

  Status run() {
    std::vector<std::size_t> risky;
    std::vector<std::size_t> batch;
    std::size_t size = 0;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (!can_send(names_[i])) continue;
      if (may_explode(names_[i])) {
        risky.push_back(i);
        continue;
      }
      batch.push_back(i);
      size += names_[i].size();
      if (size < kBatchSizeMax) continue;
      SIGLA_TRY(run_batch(batch, kDeathsMax, kBatchTimeMax));
      batch.clear();
      size = 0;
    }
    if (!batch.empty()) SIGLA_TRY(run_batch(batch, kDeathsMax, kBatchTimeMax));
    deaths_ = 0;
    return risky.empty() ? Status() : run_batch(risky, kExplosionsMax, kExplosionTimeMax);
  }
  std::vector<std::string> take() && { return std::move(out_); }

 private:
  Status run_batch(const std::vector<std::size_t>& first,
                   int deaths_max,
                   std::chrono::seconds time_max) {
    std::vector<std::vector<std::size_t>> waiting = {first};
    while (!waiting.empty() && deaths_ < deaths_max) {
      const std::vector<std::size_t> batch = std::move(waiting.back());
      waiting.pop_back();
      auto answer = send(batch, time_max);
      if (answer.has_value()) continue;
      if (answer.error().code() != ErrorCode::kMalformed &&
          answer.error().code() != ErrorCode::kLimitExceeded) {
        return std::move(answer).error();
      }
      ++deaths_;
      if (batch.size() == 1) continue;
      const auto middle = batch.begin() + static_cast<std::ptrdiff_t>(batch.size() / 2);
      waiting.emplace_back(middle, batch.end());
      waiting.emplace_back(batch.begin(), middle);
    }
    return {};
  }

  Status send(const std::vector<std::size_t>& batch, std::chrono::seconds time_max) {
    WorkerMessage request;
    for (const std::size_t i : batch) {
      if (!request.payload.empty()) request.payload += '\0';
      request.payload += names_[i];
    }
    SIGLA_TRY_ASSIGN(const WorkerMessage answer,
                     pool_.run(kDemangleJob, std::move(request), {}, time_max));
    const auto readable = split(answer.payload, '\0');
    if (readable.size() != batch.size()) {
      return malformed("demangling: {} names for {}", readable.size(), batch.size());
    }
    for (std::size_t i = 0; i < batch.size(); ++i) out_[batch[i]] = readable[i];
    return {};
  }

  WorkerPool& pool_;
  std::span<const std::string_view> names_;
  std::vector<std::string> out_;
  int deaths_ = 0;
};

}  // namespace

void add_demangle_job(WorkerJobs& jobs) { jobs.emplace(kDemangleJob, run_demangle_job); }

Result<std::vector<std::string>> Demangler::demangle(
    std::span<const std::string_view> names) const {
  Batches batches(pool_, names);
  SIGLA_TRY(batches.run());
  return std::move(batches).take();
}

}  // namespace sigla
