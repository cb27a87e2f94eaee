// SPDX-License-Identifier: Apache-2.0
#include "symbolicate/report_codec.h"

#include <algorithm>
#include <type_traits>
#include <unordered_map>

#include "base/byte_reader.h"
#include "base/checked.h"

namespace sigla {
namespace {

template <typename T>
concept Number = std::is_unsigned_v<T> || std::is_enum_v<T>;

class Encoder {
 public:
  template <Number T>
  void operator()(const T& value) {
    auto rest = static_cast<std::uint64_t>(value);
    while (rest >= 0x80) {
      out_ += static_cast<char>(rest | 0x80U);
      rest >>= 7U;
    }
    out_ += static_cast<char>(rest);
  }
  void operator()(const std::string& text) {
    const auto [found, is_new] = texts_.try_emplace(text, texts_.size() + 1);
    (*this)(is_new ? std::uint64_t{0} : found->second);
    if (!is_new) return;
    (*this)(std::uint64_t{text.size()});
    out_ += text;
  }
  void size(std::size_t count) { (*this)(std::uint64_t{count}); }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
  std::unordered_map<std::string, std::uint64_t> texts_;
};

class Decoder {
 public:
  explicit Decoder(Bytes bytes) : reader_(bytes) {}

  template <Number T>
  void operator()(T& value) {
    const std::uint64_t raw = reader_.uleb128();
    if constexpr (std::is_same_v<T, bool>) {
      value = raw != 0;
    } else if constexpr (std::is_enum_v<T>) {
      value = static_cast<T>(raw);  // out of range is harmless: to_string() has an answer for all
    } else {
      const auto fitting = checked_cast<T>(raw);
      if (!fitting) reader_.fail();
      value = fitting.value_or(T{});
    }
  }
  void operator()(std::string& text) {
    const std::uint64_t index = reader_.uleb128();
    if (index == 0) {
      text = as_text(reader_.bytes(reader_.uleb128()));
      texts_.push_back(text);
    } else if (index <= texts_.size()) {
      text = texts_[index - 1];
    } else {
      reader_.fail();
    }
  }
  // A count; each of the things counted takes at least one byte.
  std::size_t size() {
    const std::uint64_t count = reader_.uleb128();
    if (count > reader_.remaining()) reader_.fail();
    return reader_.ok() ? count : 0;
  }
  Status finish() const { return reader_.finish("encoded report"); }
  bool ok() const { return reader_.ok(); }

 private:
  ByteReader reader_;
  std::vector<std::string> texts_;
};

// The fields of each structure, once for both directions.
template <typename Coder, typename T>
void code_list(Coder& coder, T& list) {
  if constexpr (std::is_same_v<Coder, Encoder>) {
    coder.size(list.size());
    for (const auto& item : list) code(coder, item);
  } else {
    const std::size_t count = coder.size();
    for (std::size_t i = 0; i < count && coder.ok(); ++i) {
      list.emplace_back();
      code(coder, list.back());
    }
  }
}

template <typename Coder, typename T>
void code_optional(Coder& coder, T& value) {
  if constexpr (std::is_same_v<Coder, Encoder>) {
    coder(std::uint8_t{value.has_value()});
    if (value) code(coder, *value);
  } else {
    std::uint8_t is_there = 0;
    coder(is_there);
    if (is_there == 0) return;
    value.emplace();
    code(coder, *value);
  }
}

template <typename Coder, Number T>
void code(Coder& coder, T& value) {
  coder(value);
}
template <typename Coder>
void code(Coder& coder, std::string& text) {
  coder(text);
}
template <typename Coder>
void code(Coder& coder, const std::string& text) {
  coder(text);
}

template <typename Coder, typename T>
void code_bytes(Coder& coder, T& bytes) {
  for (auto& byte : bytes) coder(byte);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, DebugId>
void code(Coder& coder, T& id) {
  code_bytes(coder, id.guid);
  coder(id.age);
}

template <typename Coder>
void code_code_id(Coder& coder, const CodeId& id) {
  coder(id.text());
}
inline void code_code_id(Decoder& coder, CodeId& id) {
  std::string text;
  coder(text);
  id = CodeId(text);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, ReportModule>
void code(Coder& coder, T& module) {
  coder(module.base);
  coder(module.size);
  coder(module.code_file);
  coder(module.debug_file);
  coder(module.debug_identifier);
  code_optional(coder, module.debug_id);
  code_code_id(coder, module.code_id);
  coder(module.version);
  coder(module.status);
  coder(module.symbol_source);
  coder(module.unwind_source);
  coder(module.has_breakpad_names);
  code_list(coder, module.explain);
  code_list(coder, module.advice);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, ReportRegister>
void code(Coder& coder, T& reg) {
  coder(reg.name);
  coder(reg.value);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, ReportFrame>
void code(Coder& coder, T& frame) {
  coder(frame.instruction);
  coder(frame.return_address);
  coder(frame.trust);
  code_optional(coder, frame.module);
  code_optional(coder, frame.unloaded_module);
  coder(frame.symbol);
  coder(frame.function);
  coder(frame.function_base);
  coder(frame.file);
  coder(frame.line);
  coder(frame.column);
  coder(frame.line_base);
  code_list(coder, frame.registers);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, ReportThread>
void code(Coder& coder, T& thread) {
  coder(thread.id);
  coder(thread.name);
  code_list(coder, thread.frames);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, Report::Annotation>
void code(Coder& coder, T& annotation) {
  coder(annotation.key);
  coder(annotation.value);
}

template <typename Coder, typename T>
  requires std::is_same_v<std::remove_const_t<T>, Report>
void code(Coder& coder, T& report) {
  coder(report.os);
  coder(report.os_version);
  coder(report.cpu);
  coder(report.cpu_info);
  coder(report.cpu_count);
  coder(report.arch);
  coder(report.time);
  code_optional(coder, report.process_id);
  coder(report.process_create_time);
  coder(report.has_crashed);
  coder(report.crash_reason);
  coder(report.crash_address);
  code_list(coder, report.crash_parameters);
  coder(report.exploitability);
  coder(report.assertion);
  code_optional(coder, report.requesting_thread);
  coder(report.has_modules);
  code_list(coder, report.modules);
  code_list(coder, report.unloaded_modules);
  code_optional(coder, report.main_module);
  code_list(coder, report.threads);
  code_list(coder, report.annotations);
  code_list(coder, report.warnings);
}

// Indexes a writer may use without asking.
Status check_indexes(const Report& report) {
  const auto is_in = [](const std::optional<std::uint32_t>& index, std::size_t count) {
    return !index || *index < count;
  };
  bool is_sound = is_in(report.requesting_thread, report.threads.size()) &&
                  is_in(report.main_module, report.modules.size());
  for (const ReportThread& thread : report.threads) {
    for (const ReportFrame& frame : thread.frames) {
      is_sound = is_sound && is_in(frame.module, report.modules.size()) &&
                 is_in(frame.unloaded_module, report.unloaded_modules.size());
    }
  }
  if (is_sound) return {};
  return malformed("encoded report: an index is out of range");
}

}  // namespace

std::string encode_report(const Report& report) {
  Encoder encoder;
  code(encoder, report);
  return encoder.take();
}

Result<Report> decode_report(Bytes bytes) {
  Decoder decoder(bytes);
  Report report;
  code(decoder, report);
  SIGLA_TRY(decoder.finish());
  SIGLA_TRY(check_indexes(report));
  return report;
}

}  // namespace sigla
