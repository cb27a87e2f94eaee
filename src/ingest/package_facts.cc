// SPDX-License-Identifier: Apache-2.0
#include "ingest/package_facts.h"

#include "base/byte_reader.h"
#include "base/view.h"

namespace sigla {
namespace {

void put(std::string& out, std::uint32_t value) { out += as_text(bytes_of(value)); }

void put(std::string& out, std::string_view text) {
  put(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

std::string get_text(ByteReader& reader) {
  const std::uint32_t size = reader.u32();
  return std::string(as_text(reader.bytes(size)));
}

}  // namespace

std::string PackageQuestion::encode() const {
  std::string out;
  put(out, static_cast<std::uint32_t>(endpoint));
  out += as_text(bytes_of(now));
  return out;
}

Result<PackageQuestion> PackageQuestion::decode(Bytes bytes) {
  ByteReader reader(bytes);
  PackageQuestion question;
  const std::uint32_t endpoint = reader.u32();
  question.now = static_cast<std::int64_t>(reader.u64());
  SIGLA_TRY(reader.finish("package question"));
  if (endpoint > static_cast<std::uint32_t>(PackageEndpoint::kSymbol)) {
    return malformed("package question: endpoint {}", endpoint);
  }
  question.endpoint = static_cast<PackageEndpoint>(endpoint);
  return question;
}

std::string PackageFacts::encode() const {
  std::string out;
  put(out, id);
  put(out, version);
  put(out, std::uint32_t{is_symbols});
  put(out, static_cast<std::uint32_t>(pdbs.size()));
  for (const std::string& pdb : pdbs) put(out, pdb);
  put(out, static_cast<std::uint32_t>(findings.size()));
  for (const PackageFinding& finding : findings) {
    put(out, static_cast<std::uint32_t>(finding.kind));
    put(out, finding.path);
    put(out, finding.message);
  }
  return out;
}

Result<PackageFacts> PackageFacts::decode(Bytes bytes) {
  ByteReader reader(bytes);
  PackageFacts facts;
  facts.id = get_text(reader);
  facts.version = get_text(reader);
  facts.is_symbols = reader.u32() != 0;
  const std::uint32_t pdb_count = reader.u32();
  if (pdb_count > kPdbsMax) reader.fail();
  for (std::uint32_t i = 0; i < pdb_count && reader.ok(); ++i) {
    facts.pdbs.push_back(get_text(reader));
  }
  const std::uint32_t finding_count = reader.u32();
  if (finding_count > kFindingsMax) reader.fail();
  for (std::uint32_t i = 0; i < finding_count && reader.ok(); ++i) {
    const std::uint32_t kind = reader.u32();
    if (kind > PackageFinding::kKindMax) return malformed("package facts: finding {}", kind);
    PackageFinding& finding = facts.findings.emplace_back();
    finding.kind = static_cast<PackageFinding::Kind>(kind);
    finding.path = get_text(reader);
    finding.message = get_text(reader);
  }
  SIGLA_TRY(reader.finish("package facts"));
  return facts;
}

}  // namespace sigla
