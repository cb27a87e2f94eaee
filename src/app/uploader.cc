// SPDX-License-Identifier: Apache-2.0
#include "app/uploader.h"

#include <algorithm>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "app/tar_builder.h"
#include "base/text.h"
#include "codec/hash.h"
#include "object/object.h"

namespace sigla::app {

namespace {

constexpr std::size_t kQueueSizeMax = 8;
// Hashed before the server is asked about them: hashing and sending overlap.
constexpr std::size_t kCheckCountMax = 1'000;
constexpr std::uint64_t kCheckSizeMax = 256ULL << 20;

Result<std::string> hash_of(const std::string& path) {
  SIGLA_TRY_ASSIGN(const File file, File::open_read(path));
  SIGLA_TRY_ASSIGN(const Sha256Digest digest, sha256(file));
  return hex_lower(digest);
}

// Reads exactly what the scan saw; kMalformed when the file is of another size now.
Status read_whole(const FoundFile& found, MutableBytes content) {
  const auto changed = [] { return malformed("the file changed while it was sent"); };
  SIGLA_TRY_ASSIGN(const File file, File::open_read(found.path));
  SIGLA_TRY_ASSIGN(const std::uint64_t size, file.size());
  if (size != content.size()) return changed();
  std::uint64_t position = 0;
  while (position < content.size()) {
    SIGLA_TRY_ASSIGN(const std::size_t count, file.read_at(content.subspan(position), position));
    if (count == 0) return changed();
    position += count;
  }
  return {};
}

}  // namespace

Uploader::Uploader(MakeTarget make_target, ProgressBar& progress, Options options)
    : make_target_(std::move(make_target)), progress_(progress), options_(std::move(options)) {}

// Asks until there is an answer for good.
template <typename Ask>
auto Uploader::with_retries(const Retry::Limits& limits, Ask ask) -> decltype(ask()) {
  Retry retry(limits);
  while (true) {
    auto answer = ask();
    if (answer.has_value() || answer.error().code() != ErrorCode::kUnavailable) return answer;
    SIGLA_TRY(wait_for_retry(retry, answer.error(), limits));
  }
}

UploadSummary Uploader::run(ScanResult scan) {
  summary_.ignored_count = scan.ignored_count;
  for (ScanResult::Refused& refused : scan.refused) {
    record({std::move(refused.path), 0, "refused", std::move(refused.reason), {}});
  }
  const std::unique_ptr<UploadTarget> target = make_target_();
  auto contact = with_retries(options_.first_contact, [&] { return target->known({}); });
  if (!contact.has_value()) {
    summary_.error = std::move(contact).error();
    return std::move(summary_);
  }
  std::uint64_t total = 0;
  for (const FoundFile& file : scan.files) total += file.size;
  progress_.set_total(total);

  std::vector<std::thread> senders;
  for (std::size_t i = 0; i < options_.connection_count; ++i) {
    senders.emplace_back([this] { send_all(); });
  }
  std::vector<Item> items;
  std::uint64_t size = 0;
  for (FoundFile& file : scan.files) {
    Item item{std::move(file), {}};
    if (!item.file.is_packed) {
      progress_.set_current(item.file.name);
      auto hash = hash_of(item.file.path);
      if (!hash.has_value()) {
        record(item, "refused", hash.error().message());
        continue;
      }
      item.sha256 = std::move(hash).value();
    }
    size += item.file.size;
    items.push_back(std::move(item));
    if (items.size() < kCheckCountMax && size < kCheckSizeMax) continue;
    Status status = check_and_queue(std::exchange(items, {}), *target);
    if (!status.has_value()) fail(std::move(status).error());
    size = 0;
    const std::lock_guard lock(mutex_);
    if (summary_.error.has_value()) break;
  }
  Status status = check_and_queue(std::move(items), *target);
  if (!status.has_value()) fail(std::move(status).error());
  {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
  }
  changed_.notify_all();
  for (std::thread& sender : senders) sender.join();
  return std::move(summary_);
}

Status Uploader::check_and_queue(std::vector<Item> items, UploadTarget& target) {
  std::vector<std::string> hashes;
  for (const Item& item : items) {
    if (!item.sha256.empty()) hashes.push_back(item.sha256);
  }
  std::unordered_set<std::string> known;
  if (!hashes.empty()) {
    SIGLA_TRY_ASSIGN(const std::vector<std::string> list,
                     with_retries(options_.retry, [&] { return target.known(hashes); }));
    if (!list.empty()) {
      SIGLA_TRY(with_retries(options_.retry, [&] { return target.record_known(list); }));
    }
    known.insert(list.begin(), list.end());
  }
  std::vector<Item> unknown;
  for (Item& item : items) {
    if (known.contains(item.sha256)) {
      record(item, "skipped");
      progress_.skipped(item.file.size);
    } else {
      unknown.push_back(std::move(item));
    }
  }
  plan(std::move(unknown));
  return {};
}

// Names tell the entries of an archive apart, so each is in it once.
void Uploader::plan(std::vector<Item> items) {
  Shipment batch;
  std::uint64_t size = 0;
  std::unordered_set<std::string> names;
  const auto flush = [&] {
    if (!batch.empty()) push(std::exchange(batch, {}));
    size = 0;
    names.clear();
  };
  for (Item& item : items) {
    if (item.file.is_packed || item.file.size > options_.batched_file_size_max) {
      Shipment alone;
      alone.push_back(std::move(item));
      push(std::move(alone));
      continue;
    }
    if (batch.size() >= options_.batch_file_count_max ||
        size + item.file.size > options_.batch_size_max || names.contains(item.file.name)) {
      flush();
    }
    size += item.file.size;
    names.insert(item.file.name);
    batch.push_back(std::move(item));
  }
  flush();
}

void Uploader::push(Shipment shipment) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock,
                [this] { return queue_.size() < kQueueSizeMax || summary_.error.has_value(); });
  if (summary_.error.has_value()) return;
  queue_.push_back(std::move(shipment));
  lock.unlock();
  changed_.notify_all();
}

void Uploader::send_all() {
  const std::unique_ptr<UploadTarget> target = make_target_();
  while (auto shipment = pop()) {
    Status status = deliver(std::move(*shipment), *target);
    if (!status.has_value()) return fail(std::move(status).error());
  }
}

std::optional<Uploader::Shipment> Uploader::pop() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock,
                [this] { return !queue_.empty() || is_closed_ || summary_.error.has_value(); });
  if (queue_.empty() || summary_.error.has_value()) return std::nullopt;
  Shipment shipment = std::move(queue_.front());
  queue_.pop_front();
  lock.unlock();
  changed_.notify_all();
  return shipment;
}

void Uploader::fail(Error error) {
  {
    const std::lock_guard lock(mutex_);
    if (!summary_.error.has_value()) summary_.error = std::move(error);
  }
  changed_.notify_all();
}

Status Uploader::deliver(Shipment shipment, UploadTarget& target) {
  Retry retry(options_.retry);
  while (!shipment.empty()) {
    auto answer = send_once(shipment, target);
    if (answer.has_value()) {
      record_answer(shipment, *answer);
      return {};
    }
    Error error = std::move(answer).error();
    // What was under way may have been stored although its answer was lost.
    while (true) {
      if (error.code() != ErrorCode::kUnavailable) return error;
      SIGLA_TRY(wait_for_retry(retry, error, options_.retry));
      Status status = drop_known(shipment, target);
      if (status.has_value()) break;
      error = std::move(status).error();
    }
  }
  return {};
}

Result<UploadAnswer> Uploader::send_once(Shipment& shipment, UploadTarget& target) {
  UploadBody body;
  File file;
  if (shipment.size() == 1) {
    const FoundFile& found = shipment.front().file;
    auto opened = File::open_read(found.path);
    const auto size = opened.has_value() ? opened->size() : opened.error().clone();
    if (!size.has_value() || *size != found.size) {
      record(shipment.front(),
             "refused",
             size.has_value() ? "the file changed while it was sent" : size.error().message());
      shipment.clear();
      return UploadAnswer();
    }
    file = std::move(opened).value();
    body.name = found.name;
    body.file = &file;
    body.size = found.size;
  } else {
    TarBuilder tar;
    Shipment readable;
    for (Item& item : shipment) {
      Buffer content(item.file.size);
      const Status status = read_whole(item.file, content);
      if (!status.has_value()) {
        record(item, "refused", status.error().message());
        continue;
      }
      tar.add(item.file.name, content);
      readable.push_back(std::move(item));
    }
    shipment = std::move(readable);
    if (shipment.empty()) return UploadAnswer();
    body.name = fmt::format("{} and {} more", shipment.front().file.name, shipment.size() - 1);
    body.archive = std::move(tar).take();
  }
  std::uint64_t total = 0;
  for (const Item& item : shipment) total += item.file.size;
  progress_.set_current(shipment.back().file.name);
  std::uint64_t counted = 0;
  const auto count_to = [&](std::uint64_t sent) {
    progress_.sent(static_cast<std::int64_t>(sent - counted));
    counted = sent;
  };
  auto answer = target.send(body, [&](std::uint64_t sent) { count_to(std::min(sent, total)); });
  count_to(answer.has_value() ? total : 0);
  return answer;
}

Status Uploader::drop_known(Shipment& shipment, UploadTarget& target) {
  std::vector<std::string> hashes;
  for (const Item& item : shipment) {
    if (!item.sha256.empty()) hashes.push_back(item.sha256);
  }
  SIGLA_TRY_ASSIGN(const std::vector<std::string> list, target.known(hashes));
  const std::unordered_set<std::string> known(list.begin(), list.end());
  Shipment rest;
  for (Item& item : shipment) {
    if (known.contains(item.sha256)) {
      record(item, "stored");
      progress_.sent(static_cast<std::int64_t>(item.file.size));
    } else {
      rest.push_back(std::move(item));
    }
  }
  shipment = std::move(rest);
  return {};
}

Status Uploader::wait_for_retry(Retry& retry, const Error& error, const Retry::Limits& limits) {
  const auto delay = retry.next(options_.now());
  if (!delay) return error.clone();
  {
    const std::lock_guard lock(mutex_);
    if (summary_.error.has_value()) return error.clone();
  }
  if (retry.failure_count() == 1) {
    progress_.note(
        fmt::format("sigla: {}; trying again for {} seconds",
                    error.message(),
                    std::chrono::duration_cast<std::chrono::seconds>(limits.time).count()));
  }
  if (options_.wait) {
    options_.wait(*delay);
  } else {
    std::this_thread::sleep_for(*delay);
  }
  return {};
}

void Uploader::record(UploadedFile file) {
  const std::lock_guard lock(mutex_);
  if (file.result == "stored") ++summary_.stored_count;
  if (file.result == "duplicate") ++summary_.duplicate_count;
  if (file.result == "skipped") ++summary_.skipped_count;
  if (file.result == "refused") ++summary_.refused_count;
  summary_.files.push_back(std::move(file));
}

void Uploader::record(const Item& item, std::string_view result, std::string_view reason) {
  record({item.file.path,
          item.file.size,
          std::string(result),
          std::string(reason),
          result == "refused" ? std::string() : item.sha256});
}

void Uploader::record_answer(const Shipment& shipment, const UploadAnswer& answer) {
  if (shipment.size() == 1 && shipment.front().file.is_packed) {
    return record_packed(shipment.front(), answer);
  }
  std::unordered_map<std::string_view, const UploadAnswer::Entry*> entries;
  for (const UploadAnswer::Entry& entry : answer.entries) entries.emplace(entry.path, &entry);
  for (const Item& item : shipment) {
    const auto found = entries.find(item.file.name);
    const UploadAnswer::Entry* entry = found == entries.end() ? nullptr : found->second;
    // What is sent alone may have been given another name.
    if (entry == nullptr && shipment.size() == 1 && !answer.entries.empty()) {
      entry = &answer.entries.front();
    }
    if (entry != nullptr) {
      record(item, entry->result, entry->reason);
    } else {
      record(item,
             "refused",
             answer.error.empty() ? "the server's answer does not mention it" : answer.error);
    }
  }
}

// What is in an archive counts, not the archive; and what is no symbol file there is ignored, as it
// is in a folder.
void Uploader::record_packed(const Item& item, const UploadAnswer& answer) {
  const bool is_single = answer.entries.size() == 1 &&
                         base_name(answer.entries.front().path) == base_name(item.file.name);
  std::uint64_t ignored = 0;
  std::vector<UploadedFile> files;
  for (const UploadAnswer::Entry& entry : answer.entries) {
    const bool is_other = entry.result == "refused" && entry.reason == kNoKnownFormat;
    if (is_other && !(is_single && item.file.is_named)) {
      ++ignored;
      continue;
    }
    files.push_back({is_single ? item.file.path : item.file.path + "!/" + entry.path,
                     entry.size,
                     entry.result,
                     entry.reason,
                     entry.sha256});
  }
  const std::uint64_t refused = answer.refused_count > ignored ? answer.refused_count - ignored : 0;
  const std::uint64_t kept = answer.stored_count + answer.duplicate_count;
  {
    const std::lock_guard lock(mutex_);
    summary_.stored_count += answer.stored_count;
    summary_.duplicate_count += answer.duplicate_count;
    summary_.refused_count += refused;
    summary_.ignored_count += ignored;
    std::move(files.begin(), files.end(), std::back_inserter(summary_.files));
  }
  const bool is_useless = item.file.is_named && kept == 0 && refused == 0;
  const bool is_unread = answer.entries.empty() && !answer.error.empty();
  if (answer.is_cut_short || is_useless || (is_unread && item.file.is_named)) {
    record(item, "refused", answer.error.empty() ? "there is no symbol file in it" : answer.error);
  } else if (is_unread) {
    const std::lock_guard lock(mutex_);
    ++summary_.ignored_count;
  }
}

}  // namespace sigla::app
