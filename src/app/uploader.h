// SPDX-License-Identifier: Apache-2.0
// Brings files to a server: hashes them, asks which ones it has, has these recorded as part of the
// upload, sends the others, and tries again after a dropped connection, so that a server may die
// and come back in the middle.
//
//   Uploader uploader(make_target, progress, {});
//   const UploadSummary summary = uploader.run(scan_for_upload(paths, has_id));
//
// Small files travel together in archives, several requests at a time.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "app/progress_bar.h"
#include "app/retry.h"
#include "app/upload_scan.h"
#include "app/upload_target.h"

namespace sigla::app {

struct UploadedFile {
  std::string path;  // of a file in an archive "ARCHIVE!/PATH"
  std::uint64_t size = 0;
  std::string result;  // "stored", "duplicate", "skipped", "refused"
  std::string reason;  // of a refusal
  std::string sha256;  // of what the server keeps
};

struct UploadSummary {
  std::uint64_t stored_count = 0;
  std::uint64_t duplicate_count = 0;  // sent, and there already
  std::uint64_t skipped_count = 0;    // not sent, for the server has them
  std::uint64_t refused_count = 0;
  std::uint64_t ignored_count = 0;  // no symbol files
  std::vector<UploadedFile> files;  // all but the ignored
  std::optional<Error> error;       // what ended it early
};

class Uploader {
 public:
  struct Options {
    std::size_t connection_count = 2;
    std::size_t batch_file_count_max = 256;
    std::uint64_t batch_size_max = 16U << 20;
    std::uint64_t batched_file_size_max = 1U << 20;
    Retry::Limits retry;
    // As long as nobody has answered, the server's name may just be wrong.
    Retry::Limits first_contact = {.failure_count = 1, .time = Retry::Milliseconds(3'000)};
    std::function<Retry::Clock::time_point()> now = Retry::Clock::now;
    std::function<void(Retry::Milliseconds)> wait;  // empty: sleeps
  };
  using MakeTarget = std::function<std::unique_ptr<UploadTarget>()>;

  Uploader(MakeTarget make_target, ProgressBar& progress, Options options);

  // Blocks until all is done. Call it once.
  UploadSummary run(ScanResult scan);

 private:
  struct Item {
    FoundFile file;
    std::string sha256;  // empty for what is packed
  };
  // What goes in one request: one file, or several small ones.
  using Shipment = std::vector<Item>;

  // --- this thread ---
  Status check_and_queue(std::vector<Item> items, UploadTarget& target);
  void plan(std::vector<Item> items);
  void push(Shipment shipment);

  // --- sending threads ---
  void send_all();
  std::optional<Shipment> pop();
  Status deliver(Shipment shipment, UploadTarget& target);
  Result<UploadAnswer> send_once(Shipment& shipment, UploadTarget& target);
  Status drop_known(Shipment& shipment, UploadTarget& target);
  void fail(Error error);

  // --- both ---
  template <typename Ask>
  auto with_retries(const Retry::Limits& limits, Ask ask) -> decltype(ask());
  // Waits before another try; the Error of the last one when there is none.
  Status wait_for_retry(Retry& retry, const Error& error, const Retry::Limits& limits);

  // --- the summary ---
  void record(UploadedFile file);
  void record(const Item& item, std::string_view result, std::string_view reason = {});
  void record_answer(const Shipment& shipment, const UploadAnswer& answer);
  void record_packed(const Item& item, const UploadAnswer& answer);

  const MakeTarget make_target_;
  ProgressBar& progress_;
  const Options options_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Shipment> queue_;
  bool is_closed_ = false;  // nothing more will be queued
  UploadSummary summary_;
};

}  // namespace sigla::app
