// SPDX-License-Identifier: Apache-2.0
// What an unpacking worker and its parent tell each other, as bytes: little-endian numbers, texts
// and lists with their size (u32) before them. The parent trusts none of it.
//
//   parent: job "unpack"      UnpackRequest, the upload's body
//   child:  ask "entry"       EntryStart: "give me a file for this entry" (asked twice for an entry
//                             that is compressed itself; the second file replaces the first)
//   parent: answer            a file, or none: the entry is not wanted
//   child:  ask "archive"     EntryStart: this entry is an archive, its entries follow
//   child:  ask "report"      EntryReport: the entry is done; a PE's is followed by "entry" and
//                             "report" of the PDB embedded in it, at a position inside the PE's
//   child:  result            UnpackEnd
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/limits.h"
#include "ingest/entry_position.h"

namespace sigla {

inline constexpr std::string_view kUnpackJob = "unpack";

struct UnpackRequest {
  std::string name;  // of the upload, as the sender gave it; may be empty
  // Everything up to here is done. Empty: nothing is.
  EntryPosition resume_after;
  bool keeps_sources = false;  // a text of no format we know is a source file

  std::string encode() const;
  static Result<UnpackRequest> decode(Bytes bytes);
};

struct EntryStart {
  EntryPosition position;
  std::string path;

  std::string encode() const;
  static Result<EntryStart> decode(Bytes bytes);
};

struct EntryReport {
  enum class Content : std::uint32_t { kNone, kBody, kEntryFile };

  EntryPosition position;
  std::string path;
  Content content = Content::kNone;  // what holds the entry's content; kNone: refused
  std::string reason;                // refused: why
  std::string objects;               // by encode_objects()

  std::string encode() const;
  static Result<EntryReport> decode(Bytes bytes);
};

// How a job ended that came to an end; one that did not has an Error from WorkerPool::run().
struct UnpackEnd {
  Status status;  // the archive's own: damaged, over a limit

  std::string encode() const;
  static Result<UnpackEnd> decode(Bytes bytes);
};

}  // namespace sigla
