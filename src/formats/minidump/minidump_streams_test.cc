// SPDX-License-Identifier: Apache-2.0
// The streams that describe the process and its machine, each in a file that has no other.
#include <gmock/gmock.h>

#include "formats/minidump/dump.h"
#include "formats/minidump/handles.h"
#include "formats/minidump/linux_text.h"
#include "formats/minidump/mac_info.h"
#include "formats/minidump/misc_info.h"
#include "formats/minidump/thread_info.h"
#include "testing/bytes_builder.h"
#include "testing/matchers.h"

namespace sigla::minidump {
namespace {

using testing::ElementsAre;

// The stream's bytes follow, up to the label "end".
BytesBuilder one_stream(std::uint32_t type) {
  BytesBuilder file;
  file.u32(MINIDUMP_SIGNATURE).u32(MINIDUMP_VERSION).u32(1).u32(32).u32(0).u32(0).u64(0);
  file.u32(type).ref32("end", -44).u32(44);
  return file;
}

Buffer text_stream(std::uint32_t type, std::string_view text) {
  return one_stream(type).text(text).mark("end").build();
}

Image open(const Buffer& file, const Limits& limits = {}) {
  return Image::open(file, limits).value();
}

// Every prefix, and every aligned word of the stream 0 and all ones: nothing but errors.
void survives_damage(const Buffer& file) {
  for (std::size_t size = 0; size < file.size(); ++size) {
    static_cast<void>(dump_minidump(Bytes(file).first(size), Limits()));
  }
  for (std::size_t at = 44; at + 4 <= file.size(); at += 4) {
    for (const std::uint8_t value : {std::uint8_t{0}, std::uint8_t{0xff}}) {
      Buffer damaged = file;
      std::fill_n(damaged.begin() + static_cast<std::ptrdiff_t>(at), 4, value);
      static_cast<void>(dump_minidump(damaged, Limits()));
    }
  }
}

BytesBuilder& minidump_string(BytesBuilder& file, const std::string& label, std::string_view text) {
  return file.mark(label).u32(2 * text.size()).utf16(text).u16(0);
}

Buffer handle_file(std::uint32_t entry_size) {
  BytesBuilder file = one_stream(HandleDataStream);
  file.u32(16).u32(entry_size).u32(2).u32(0);
  file.u64(0x44).ref32("type").ref32("name").zeros(entry_size - 16);
  file.u64(0x48).u32(0).u32(0xfffffff0).zeros(entry_size - 16);
  file.mark("end");
  minidump_string(file, "type", "File");
  minidump_string(file, "name", "\\Device\\x");
  return file.build();
}

TEST(MinidumpHandles, ReadsBothVersions) {
  for (const std::uint32_t size : {32U, 40U}) {
    const Buffer file = handle_file(size);
    ASSERT_OK_AND_ASSIGN(const auto handles, read_handles(open(file)));
    ASSERT_EQ(handles.size(), 2U);
    EXPECT_EQ(handles[0].handle, 0x44U);
    EXPECT_EQ(handles[0].type_name, "File");
    EXPECT_EQ(handles[0].object_name, "\\Device\\x");
    EXPECT_EQ(handles[1].object_name, "") << "its name lies outside";
  }
}

TEST(MinidumpHandles, RefusesSizesThatCannotBe) {
  survives_damage(handle_file(40));
  const Buffer small =
      one_stream(HandleDataStream).u32(16).u32(31).u32(0).u32(0).mark("end").build();
  EXPECT_THAT(read_handles(open(small)), IsError(ErrorCode::kMalformed, "entries of 31"));
  const Buffer few = one_stream(HandleDataStream).u32(16).u32(32).u32(1).u32(0).mark("end").build();
  EXPECT_THAT(read_handles(open(few)), IsError(ErrorCode::kMalformed, "truncated"));
  Limits limits;
  limits.minidump_memory_region_count_max = 1;
  const Buffer file = handle_file(32);
  EXPECT_THAT(read_handles(open(file, limits)), IsError(ErrorCode::kLimitExceeded, "2 entries"));
}

TEST(MinidumpThreadInfo, ReadsTimesAndStart) {
  BytesBuilder stream = one_stream(ThreadInfoListStream);
  stream.u32(12).u32(64).u32(1).u32(7).u32(0x10).u32(0).u32(0x103);
  const Buffer file =
      stream.u64(1).u64(2).u64(3).u64(4).u64(0x401000).u64(0xff).mark("end").build();
  ASSERT_OK_AND_ASSIGN(const auto infos, read_thread_info(open(file)));
  ASSERT_EQ(infos.count(7), 1U);
  EXPECT_EQ(infos.at(7).dump_flags, 0x10U);
  EXPECT_EQ(infos.at(7).exit_status, 0x103U);
  EXPECT_EQ(infos.at(7).user_time, 4U);
  EXPECT_EQ(infos.at(7).start_address, 0x401000U);
  survives_damage(file);
}

Buffer misc_file() {
  BytesBuilder stream = one_stream(MiscInfoStream);
  stream.u32(832 + 528 + 4).u32(0x3f7).u32(1234).u32(1000).u32(5).u32(6);
  stream.u32(3600).u32(2400).zeros(12);
  stream.u32(0x2000).u32(0x4d).u32(0).u32(1);
  stream.u32(0xffffffc4).utf16("CET").zeros(172 - 4 - 6);
  stream.utf16("19041.1").zeros(520 - 14).utf16("dbghelp").zeros(80 - 14);
  stream.zeros(528).u32(0xc00c1e);
  return stream.mark("end").build();
}

TEST(MinidumpMiscInfo, ReadsAllFiveVersions) {
  const Buffer file = misc_file();
  ASSERT_OK_AND_ASSIGN(const auto info, read_misc_info(open(file)));
  EXPECT_EQ(info.process_id, 1234U);
  EXPECT_EQ(info.process_create_time, 1000U);
  EXPECT_EQ(info.user_time, 5U);
  EXPECT_EQ(info.kernel_time, 6U);
  EXPECT_EQ(info.processor_max_mhz, 3600U);
  EXPECT_EQ(info.processor_current_mhz, 2400U);
  EXPECT_EQ(info.integrity_level, 0x2000U);
  EXPECT_EQ(info.execute_flags, 0x4dU);
  EXPECT_EQ(info.protected_process, 0U);
  EXPECT_EQ(info.time_zone_bias, -60);
  EXPECT_EQ(info.time_zone, "CET");
  EXPECT_EQ(info.build_string, "19041.1");
  EXPECT_EQ(info.debug_build_string, "dbghelp");
  EXPECT_EQ(info.process_cookie, 0xc00c1eU);
  survives_damage(file);
}

TEST(MinidumpMiscInfo, ReadsNoMoreThanThereIs) {
  const Buffer file = one_stream(MiscInfoStream)
                          .u32(44)
                          .u32(0x3f7)
                          .u32(1)
                          .u32(2)
                          .u32(3)
                          .u32(4)
                          .u32(5)
                          .u32(6)
                          .zeros(12)
                          .mark("end")
                          .build();
  ASSERT_OK_AND_ASSIGN(const auto info, read_misc_info(open(file)));
  EXPECT_EQ(info.processor_max_mhz, 5U);
  EXPECT_EQ(info.integrity_level, std::nullopt);
  EXPECT_EQ(info.process_cookie, std::nullopt);
}

Buffer mac_file(std::uint64_t version, std::uint32_t texts_offset) {
  BytesBuilder stream = one_stream(MOZ_MACOS_CRASH_INFO_STREAM);
  stream.u32(MOZ_MACOS_CRASH_INFO_STREAM).u32(1).u32(texts_offset);
  stream.ref32("after", -44 - 12 - 160).ref32("record").zeros(19 * 8).mark("end");
  stream.mark("record").u64(MOZ_MACOS_CRASH_INFO_STREAM).u64(version).u64(0).u64(3).u64(0xdead);
  stream.cstring("/usr/lib/a.dylib").cstring("abort() called").cstring("").cstring("").cstring("x");
  return stream.mark("after").build();
}

TEST(MinidumpMacInfo, ReadsCrashMessages) {
  const Buffer file = mac_file(5, 40);
  ASSERT_OK_AND_ASSIGN(const auto records, read_mac_crash_info(open(file)));
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].thread, 0U);
  EXPECT_EQ(records[0].dialog_mode, 3U);
  EXPECT_EQ(records[0].abort_cause, 0xdeadU);
  EXPECT_EQ(records[0].module, "/usr/lib/a.dylib");
  EXPECT_EQ(records[0].message, "abort() called");
  EXPECT_EQ(records[0].message2, "x");
  survives_damage(file);
  const Buffer old = mac_file(1, 40);
  ASSERT_OK_AND_ASSIGN(const auto first, read_mac_crash_info(open(old)));
  EXPECT_EQ(first[0].thread, std::nullopt);
  EXPECT_EQ(first[0].module, std::nullopt);
  const Buffer inside = mac_file(5, 39);
  EXPECT_THAT(read_mac_crash_info(open(inside)), IsError(ErrorCode::kMalformed, "texts at 39"));
}

TEST(MinidumpMacInfo, ReadsBootArguments) {
  BytesBuilder stream = one_stream(MOZ_MACOS_BOOTARGS_STREAM);
  stream.u32(MOZ_MACOS_BOOTARGS_STREAM).ref64("args").mark("end");
  const Buffer file = minidump_string(stream, "args", "-v keepsyms=1").build();
  ASSERT_OK_AND_ASSIGN(const auto text, read_mac_boot_args(open(file)));
  EXPECT_EQ(text, "-v keepsyms=1");
  survives_damage(file);
}

TEST(MinidumpLinuxText, ReadsReleases) {
  const LsbRelease lsb = parse_lsb_release(
      "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=16.04\nDISTRIB_CODENAME=xenial\n"
      "DISTRIB_DESCRIPTION=\"Ubuntu 16.04.3 LTS\"\nnonsense\n");
  EXPECT_EQ(lsb.id, "Ubuntu");
  EXPECT_EQ(lsb.release, "16.04");
  EXPECT_EQ(lsb.codename, "xenial");
  EXPECT_EQ(lsb.description, "Ubuntu 16.04.3 LTS");
  EXPECT_EQ(parse_lsb_release("PRETTY_NAME=\"Debian 12\"\nID=debian").description, "Debian 12");
}

TEST(MinidumpLinuxText, ReadsLimits) {
  const auto limits = parse_proc_limits(
      "Limit                     Soft Limit           Hard Limit           Units     \n"
      "Max cpu time              unlimited            60                   seconds   \n"
      "Max nice priority         0                    0                    \n\nbroken\n");
  ASSERT_EQ(limits.size(), 2U);
  EXPECT_EQ(limits[0].name, "Max cpu time");
  EXPECT_EQ(limits[0].soft, std::nullopt);
  EXPECT_EQ(limits[0].hard, 60U);
  EXPECT_EQ(limits[0].unit, "seconds");
  EXPECT_EQ(limits[1].unit, "n/a");
}

TEST(MinidumpLinuxText, ReadsValuesArgumentsAndAuxv) {
  EXPECT_EQ(find_proc_value("Name:\tcrash\nPid:\t42\n", "Pid"), "42");
  EXPECT_EQ(find_proc_value("microcode\t: 0xf0\n", "microcode"), "0xf0");
  EXPECT_EQ(find_proc_value("Name: x", "Pid"), std::nullopt);
  const Buffer command = text_stream(MD_LINUX_CMD_LINE, std::string_view("a\0-b\0\0c", 7));
  ASSERT_OK_AND_ASSIGN(const auto words, read_texts(open(command), MD_LINUX_CMD_LINE));
  EXPECT_THAT(words, ElementsAre("a", "-b", "", "c"));
  const Buffer auxv = one_stream(MD_LINUX_AUXV)
                          .u64(33)
                          .u64(0x7fff0000)
                          .u64(6)
                          .u64(4096)
                          .u64(0)
                          .u64(0)
                          .u64(9)
                          .u64(9)
                          .mark("end")
                          .build();
  ASSERT_OK_AND_ASSIGN(const auto entries, read_auxv(open(auxv), 8));
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].type, 33U);
  EXPECT_EQ(entries[1].value, 4096U);
  EXPECT_EQ(auxv_name(33), "AT_SYSINFO_EHDR");
  EXPECT_EQ(auxv_name(1'000'000), "");
  survives_damage(auxv);
  BytesBuilder endless = one_stream(MD_LINUX_AUXV);
  for (int i = 0; i <= 1'000; ++i) endless.u64(6).u64(4096);
  const Buffer many = endless.mark("end").build();
  EXPECT_THAT(read_auxv(open(many), 8), IsError(ErrorCode::kLimitExceeded, "1000 entries"));
}

}  // namespace
}  // namespace sigla::minidump
