// SPDX-License-Identifier: Apache-2.0
// The JSON form: one line of metadata, then the report. Either may stand alone.
#include <algorithm>

#include "base/checked.h"
#include "base/json_reader.h"
#include "base/text.h"
#include "formats/applecrash/reader.h"

namespace sigla::applecrash {
namespace {

constexpr std::size_t kFrameCountMax = 500'000;
constexpr std::string_view kWhat = "Apple crash report";

class JsonReader {
 public:
  // Borrows all of it. `offset`: where the document begins in the file.
  JsonReader(const JsonDocument& document, std::size_t offset)
      : root_(document.root()), offset_(offset) {}

  Report run() {
    report_.is_json = true;
    read_head();
    read_crash();
    for (const JsonValue image : root_["usedImages"]) read_image(image);
    for (const JsonValue thread : root_["threads"]) read_thread(thread);
    read_frames(root_["lastExceptionBacktrace"], true, report_.last_exception);
    return std::move(report_);
  }

 private:
  void read_head() {
    report_.process = root_["procName"].text_or("");
    report_.path = root_["procPath"].text_or("");
    report_.identifier = root_["bundleInfo"]["CFBundleIdentifier"].text_or("");
    report_.version = root_["bundleInfo"]["CFBundleShortVersionString"].text_or("");
    report_.hardware = root_["modelCode"].text_or("");
    report_.date = root_["captureTime"].text_or("");
    report_.arch = arch_of(root_["cpuType"].text_or(""));
    const std::string train = root_["osVersion"]["train"].text_or("");
    const std::size_t number = train.find_first_of("0123456789");
    report_.os = os_of(std::string_view(train).substr(0, number));
    if (number != std::string::npos) report_.os_version = train.substr(number);
    report_.os_build = root_["osVersion"]["build"].text_or("");
    if (const auto id = root_["pid"].integer(); id && *id <= UINT32_MAX) {
      report_.process_id = static_cast<std::uint32_t>(*id);
    }
  }

  void read_crash() {
    const JsonValue exception = root_["exception"];
    report_.exception_type = exception["type"].text_or("");
    const std::string signal = exception["signal"].text_or("");
    if (!signal.empty()) report_.exception_type += " (" + signal + ")";
    report_.exception_codes = exception["subtype"].text_or(exception["codes"].text_or(""));
    report_.crash_address = address_in(report_.exception_codes);
    const JsonValue termination = root_["termination"];
    if (termination) {
      report_.termination = "Namespace " + termination["namespace"].text_or("?");
      if (const auto code = termination["code"].any_integer()) {
        report_.termination += ", Code " + std::to_string(*code);
      }
      if (const auto indicator = termination["indicator"].text()) {
        report_.termination += " " + *indicator;
      }
    }
    for (const JsonValue source : root_["asi"]) {
      for (const JsonValue message : source) {
        if (auto text = message.text()) report_.messages.push_back(*std::move(text));
      }
    }
  }

  void read_image(const JsonValue& value) {
    Image image;
    image.base = value["base"].any_integer().value_or(0);
    image.size = value["size"].any_integer().value_or(0);
    image.name = value["name"].text_or("");
    image.path = value["path"].text_or(image.name);
    image.version = value["CFBundleShortVersionString"].text_or("");
    image.uuid = uuid_digits(value["uuid"].text_or(""));
    const std::string arch = value["arch"].text_or("");
    image.arch = arch.empty() ? report_.arch : arch_of(arch);
    report_.images.push_back(std::move(image));  // unnamed ones too: frames count them
  }

  void read_thread(const JsonValue& value) {
    Thread thread;
    thread.id = value["id"].any_integer().value_or(report_.threads.size());
    thread.name = value["name"].text_or(value["queue"].text_or(""));
    thread.has_crashed = value["triggered"].flag().value_or(false);
    if (const auto faulting = root_faulting(); faulting == report_.threads.size()) {
      thread.has_crashed = true;
    }
    read_registers(value["threadState"], thread.registers);
    read_frames(value["frames"], false, thread.frames);
    report_.threads.push_back(std::move(thread));
  }

  std::optional<std::uint64_t> root_faulting() {
    if (!faulting_) faulting_ = root_["faultingThread"].integer().value_or(UINT64_MAX);
    return faulting_;
  }

  // {"x":[{"value":1},...],"lr":{"value":2},"flavor":"ARM_THREAD_STATE64"}
  static void read_registers(const JsonValue& state, std::vector<Register>& registers) {
    for (const JsonValue member : state) {
      const std::string name = member.key();
      if (member.type() == JsonType::kArray) {
        std::size_t number = 0;
        for (const JsonValue one : member) {
          const auto value = one["value"].any_integer();
          if (value) registers.push_back({name + std::to_string(number), *value});
          ++number;
        }
      } else if (const auto value = member["value"].any_integer()) {
        registers.push_back({name, *value});
      }
    }
  }

  void read_frames(const JsonValue& list, bool is_recorded, std::vector<Frame>& frames) {
    for (const JsonValue value : list) {
      if (value.type() != JsonType::kObject || ++frame_count_ > kFrameCountMax) continue;
      Frame frame;
      const auto image = value["imageIndex"].integer();
      const std::uint64_t offset = value["imageOffset"].any_integer().value_or(0);
      frame.address = offset;
      if (image && *image < report_.images.size()) {
        frame.image = static_cast<std::uint32_t>(*image);
        frame.address = report_.images[*frame.image].base + offset;
      }
      frame.is_inlined = value["inline"].flag().value_or(false);
      // The first frame is what executed, and the calls inlined in it.
      const bool is_first = std::ranges::all_of(frames, &Frame::is_inlined);
      frame.is_return_address = is_recorded || !is_first;
      frame.symbol = value["symbol"].text_or("");
      frame.symbol_offset = value["symbolLocation"].any_integer().value_or(0);
      frame.file = value["sourceFile"].text_or("");
      const std::uint64_t line = value["sourceLine"].integer().value_or(0);
      frame.line = line <= UINT32_MAX ? static_cast<std::uint32_t>(line) : 0;
      frame.offset = offset_ + value.offset();
      frame.size = value.size();
      frame.place_offset = frame.offset + 1;  // behind its brace
      frames.push_back(std::move(frame));
    }
  }

  JsonValue root_;
  std::size_t offset_;
  Report report_;
  std::optional<std::uint64_t> faulting_;
  std::size_t frame_count_ = 0;
};

}  // namespace

bool is_json(std::string_view file) {
  constexpr std::size_t kLookedAt = 1 << 20;
  if (!trim(file.substr(0, 256)).starts_with('{')) return false;
  const std::string_view start = file.substr(0, kLookedAt);
  return start.find("\"usedImages\"") != std::string_view::npos ||
         start.find("\"bug_type\"") != std::string_view::npos ||
         (start.find("\"faultingThread\"") != std::string_view::npos);
}

Result<Report> read_json(std::string_view file, const Limits&) {
  // The metadata has no threads; it ends with its line.
  const std::size_t end = file.find('\n');
  std::size_t offset = 0;
  if (end != std::string_view::npos) {
    const auto head = JsonDocument::parse(file.substr(0, end), kWhat);
    if (head.has_value()) offset = end + 1;
    if (head.has_value() && head->root()["threads"]) offset = 0;
  }
  SIGLA_TRY_ASSIGN(const JsonDocument document, JsonDocument::parse(file.substr(offset), kWhat));
  return JsonReader(document, offset).run();
}

}  // namespace sigla::applecrash
