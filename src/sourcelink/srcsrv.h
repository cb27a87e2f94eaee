// SPDX-License-Identifier: Apache-2.0
// The text of a source server, as the stream "srcsrv" of a PDB holds it: how a debugger gets the
// file that was compiled (Microsoft, "Source Server", "Language Specification 1"). Commands are put
// together and shown, and never run. Owns its text; immutable.
//
//   SRCSRV: ini ------------------------------------------------
//   VERSION=2
//   VERCTRL=http
//   SRCSRV: variables ------------------------------------------
//   SRCSRVTRG=https://example.com/raw/%var2%/%fnbksl%(%var3%)
//   SRCSRV: source files ---------------------------------------
//   C:\src\a.c*0123abcd*a.c
//   SRCSRV: end ------------------------------------------------
//
// %name% is a variable, whose value is evaluated in turn; %varN% the N-th column of the file's row,
// as it stands there; %targ% the folder files are put into. Functions: %fnvar%(x) the variable
// named x, %fnbksl%(x) x with '\' for '/', %fnfile%(x) its last part. Names compare without case.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/result.h"

namespace sigla::sourcelink {

// What a debugger would do for one file.
struct SrcsrvTarget {
  std::string path;         // SRCSRVTRG: a URL, or where SRCSRVCMD puts the file
  std::string command;      // SRCSRVCMD; empty where the target is a URL
  std::string environment;  // SRCSRVENV, name=value separated by backspaces
  bool is_url() const;
};

class Srcsrv {
 public:
  // kMalformed: no such text; the line is named.
  static Result<Srcsrv> parse(std::string_view text, const Limits& limits);

  // The columns of a file's row; null when it has none. Compares without case.
  const std::vector<std::string>* find_row(std::string_view path) const;
  // kNotFound without a row for the path; kMalformed for a variable that is not defined;
  // kLimitExceeded for variables that never end.
  Result<SrcsrvTarget> evaluate(std::string_view path, std::string_view target_folder) const;

  // Of both sections; empty when it is not set.
  std::string variable(std::string_view name) const;
  const std::vector<std::vector<std::string>>& rows() const { return rows_; }

 private:
  std::map<std::string, std::string, std::less<>> variables_;  // by lower-case name
  std::vector<std::vector<std::string>> rows_;
  std::map<std::string, std::size_t, std::less<>> row_of_path_;  // by lower-case path
};

}  // namespace sigla::sourcelink
