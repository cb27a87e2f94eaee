// SPDX-License-Identifier: Apache-2.0
// What each project shows to the hosts its sources are on, kept in one file of mode 0600 and told
// to nobody, and the URL of sources by an upload's tag. Thread-safe.
//
//   PROJECT \t https://git.example.com \t Authorization \t Bearer ...   a line each
//   PROJECT \t tag-url \t \t https://git.example.com/raw/{tag}/*
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sourcelink/fetcher.h"

namespace sigla::api {

class SourceHosts {
 public:
  // A file that is not there is an empty one.
  static Result<std::unique_ptr<SourceHosts>> open(const std::filesystem::path& path);

  // What was there for the origin is replaced. Durable when it returns.
  Status put(std::string_view project, const sourcelink::Credential& credential);
  Status remove(std::string_view project, std::string_view origin);  // kNotFound
  // "{tag}" stands for the tag and '*' for the path; empty: none. kInvalidArgument without a '*'.
  Status set_tag_url(std::string_view project, std::string_view url);

  std::vector<sourcelink::Credential> credentials(std::string_view project) const;
  std::string tag_url(std::string_view project) const;

 private:
  struct Line {
    std::string project;
    sourcelink::Credential credential;
  };

  explicit SourceHosts(std::filesystem::path path) : path_(std::move(path)) {}
  Status read();
  Status replace(std::string_view project,
                 std::string_view origin,
                 const sourcelink::Credential* credential);

  const std::filesystem::path path_;
  mutable std::mutex mutex_;
  std::vector<Line> lines_;
};

}  // namespace sigla::api
