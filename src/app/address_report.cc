// SPDX-License-Identifier: Apache-2.0
#include "app/address_report.h"

#include <array>
#include <charconv>
#include <utility>

#include "convert/demangle_job.h"
#include "demangle/demangle.h"

namespace sigla::app {
namespace {

// What fmt would do, at a third of the time.
void append_number(std::string& out, std::uint64_t number, int base) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base);
  out.append(digits.data(), end.ptr);
}

}  // namespace

Result<std::string> AddressReport::add(const std::vector<std::uint64_t>& addresses) {
  answers_.clear();
  frames_.clear();
  frame_names_.clear();
  const std::size_t old_name_count = names_.size();
  cache_.lookup_all(addresses, [&](std::size_t i, const std::vector<SymcacheFrame>& found) {
    take(addresses[i], found);
  });
  SIGLA_TRY(demangle_names(old_name_count));
  std::string out;
  out.reserve(frames_.size() * (form_ == Form::kJson ? 256 : 128));
  for (const Answer& answer : answers_) {
    if (form_ == Form::kJson) {
      append_json(out, answer);
    } else {
      append_text(out, answer);
    }
  }
  return out;
}

void AddressReport::take(std::uint64_t address, const std::vector<SymcacheFrame>& found) {
  answers_.push_back({address, frames_.size(), frames_.size() + found.size()});
  for (const SymcacheFrame& frame : found) {
    frames_.push_back(frame);
    frame_names_.push_back(names_.add(frame.function));
  }
  found_any_ = found_any_ || !found.empty();
}

Status AddressReport::demangle_names(std::size_t first) {
  std::vector<std::string_view> mangled;
  std::vector<std::uint32_t> indexes;
  for (auto i = static_cast<std::uint32_t>(first); i < names_.size(); ++i) {
    if (!looks_mangled(names_.name(i))) continue;
    mangled.push_back(names_.name(i));
    indexes.push_back(i);
  }
  if (mangled.empty()) return {};
  SIGLA_TRY_ASSIGN(WorkerPool* const pool, workers_.get());
  SIGLA_TRY_ASSIGN(auto readable, Demangler(*pool).demangle(mangled));
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    names_.show(indexes[i], readable_.emplace_back(std::move(readable[i])));
  }
  return {};
}

void AddressReport::append_text(std::string& out, const Answer& answer) const {
  out += "0x";
  append_number(out, answer.address, 16);
  out += '\n';
  if (answer.first == answer.end) out += "  ??\n";
  for (std::size_t i = answer.first; i < answer.end; ++i) {
    const SymcacheFrame& frame = frames_[i];
    out += "  ";
    out += frame.function.empty() ? std::string_view("??") : names_.shown(frame_names_[i]);
    if (frame.is_inlined) out += " (inlined)";
    if (!frame.file.empty()) {
      out += "\n      ";
      out += frame.file;
      out += ':';
      append_number(out, frame.line, 10);
      if (frame.column != 0) {
        out += ':';
        append_number(out, frame.column, 10);
      }
    }
    out += '\n';
  }
}

void AddressReport::append_json(std::string& out, const Answer& answer) {
  // Written out, as a JsonWriter for each answer would take longer than its look-up.
  const auto text_or_null = [&](std::string_view text) {
    text.empty() ? void(out += "null") : append_json_quoted(out, text);
  };
  const auto number_or_null = [&](std::uint32_t number) {
    number == 0 ? void(out += "null") : append_number(out, number, 10);
  };
  out += std::exchange(is_first_, false) ? "{\"addr\":\"0x" : ",\n {\"addr\":\"0x";
  append_number(out, answer.address, 16);
  out += "\",\"frames\":[";
  for (std::size_t i = answer.first; i < answer.end; ++i) {
    const SymcacheFrame& frame = frames_[i];
    out += i == answer.first ? "{\"function\":" : ",{\"function\":";
    append_json_quoted(out, names_.shown(frame_names_[i]));
    out += ",\"symbol\":";
    append_json_quoted(out, frame.function);
    out += ",\"file\":";
    text_or_null(frame.file);
    out += ",\"line\":";
    number_or_null(frame.line);
    out += ",\"column\":";
    number_or_null(frame.column);
    if (const std::string url = urls_.url_of(frame.file, frame.line); !url.empty()) {
      out += ",\"source_link\":";
      append_json_quoted(out, url);
    }
    out += frame.is_inlined ? ",\"inlined\":true}" : ",\"inlined\":false}";
  }
  out += ']';
  if (!symbol_source_.empty()) {
    out += ",\"symbol_source\":";
    append_json_quoted(out, symbol_source_);
  }
  out += '}';
}

}  // namespace sigla::app
