// SPDX-License-Identifier: Apache-2.0
#include "app/address_report.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "base/json_writer.h"
#include "convert/demangle_job.h"
#include "demangle/demangle.h"

namespace sigla::app {

Result<std::string> AddressReport::add(const std::vector<std::uint64_t>& addresses) {
  std::vector<Answer> answers;
  std::vector<SymcacheFrame> frames;
  frames_.clear();
  for (const std::uint64_t address : addresses) {
    cache_.lookup(address, frames);
    answers.push_back({address, frames_.size(), frames_.size() + frames.size()});
    frames_.insert(frames_.end(), frames.begin(), frames.end());
    found_any_ = found_any_ || !frames.empty();
  }
  SIGLA_TRY(demangle_new_names());
  std::string out;
  for (const Answer& answer : answers) {
    if (form_ == Form::kJson) {
      append_json(out, answer);
    } else {
      append_text(out, answer);
    }
  }
  return out;
}

Status AddressReport::demangle_new_names() {
  std::vector<std::string_view> fresh;
  for (const SymcacheFrame& frame : frames_) {
    if (!looks_mangled(frame.function)) continue;
    if (names_.try_emplace(frame.function.data()).second) fresh.push_back(frame.function);
  }
  if (fresh.empty()) return {};
  SIGLA_TRY_ASSIGN(WorkerPool* const pool, workers_.get());
  SIGLA_TRY_ASSIGN(auto readable, Demangler(*pool).demangle(fresh));
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    names_[fresh[i].data()] = std::move(readable[i]);
  }
  return {};
}

std::string_view AddressReport::readable(std::string_view name) const {
  const auto found = names_.find(name.data());
  return found == names_.end() ? name : std::string_view(found->second);
}

void AddressReport::append_text(std::string& out, const Answer& answer) const {
  auto to = std::back_inserter(out);
  fmt::format_to(to, "{:#x}\n", answer.address);
  if (answer.first == answer.end) out += "  ??\n";
  for (std::size_t i = answer.first; i < answer.end; ++i) {
    const SymcacheFrame& frame = frames_[i];
    out += "  ";
    out += frame.function.empty() ? std::string_view("??") : readable(frame.function);
    if (frame.is_inlined) out += " (inlined)";
    if (!frame.file.empty()) {
      fmt::format_to(to, "\n      {}:{}", frame.file, frame.line);
      if (frame.column != 0) fmt::format_to(to, ":{}", frame.column);
    }
    out += '\n';
  }
}

void AddressReport::append_json(std::string& out, const Answer& answer) {
  if (!std::exchange(is_first_, false)) out += ",\n ";
  JsonWriter json;
  json.begin_object().member("addr", fmt::format("{:#x}", answer.address));
  json.key("frames").begin_array();
  const auto number = [&](std::string_view name, std::uint32_t value) {
    json.key(name);
    value == 0 ? json.null() : json.value(value);
  };
  for (std::size_t i = answer.first; i < answer.end; ++i) {
    const SymcacheFrame& frame = frames_[i];
    json.begin_object();
    json.member("function", readable(frame.function)).member("symbol", frame.function);
    json.key("file");
    frame.file.empty() ? json.null() : json.value(frame.file);
    number("line", frame.line);
    number("column", frame.column);
    json.member("inlined", frame.is_inlined).end_object();
  }
  json.end_array().end_object();
  out += std::move(json).take();
}

}  // namespace sigla::app
