// SPDX-License-Identifier: Apache-2.0
#include "app/node.h"

#include <algorithm>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "api/download.h"
#include "api/routes.h"
#include "api/source_hosts.h"
#include "api/token_api.h"
#include "app/data_folder.h"
#include "base/log.h"
#include "base/parallel.h"
#include "base/text.h"
#include "http/server.h"
#include "ingest/ingest.h"
#include "ingest/symcache_step.h"
#include "store/files/files_blob_store.h"
#include "store/indexed_catalog.h"
#include "store/sqlite/sqlite_catalog.h"
#include "symbolicate/fetched_files.h"
#include "upstream/fetcher.h"
#include "upstream/kept_files.h"

namespace sigla::app {

namespace {

constexpr unsigned kFetchSecondsMax = 300;      // one file of a source
constexpr std::chrono::seconds kMissLife{300};  // what a source does not have

struct Address {
  std::string host;
  std::uint16_t port = 0;
};

// "127.0.0.1:8484", "[::1]:8484", ":8484" (all addresses).
Result<Address> parse_listen(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const auto wrong = [&] {
    return make_error(ErrorCode::kInvalidArgument, "listen '{}' is not ADDRESS:PORT", text);
  };
  if (colon == std::string_view::npos) return wrong();
  const std::optional<std::uint64_t> port = parse_decimal(text.substr(colon + 1));
  if (!port || *port > 65'535) return wrong();
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return Address{host.empty() ? "0.0.0.0" : std::string(host), static_cast<std::uint16_t>(*port)};
}

std::size_t worker_count(const Settings& settings) {
  const std::uint64_t wanted = settings.number("workers");
  if (wanted != 0) return static_cast<std::size_t>(wanted);
  return std::max(1U, std::thread::hardware_concurrency());
}

// First start: project "default" and an administrator's token. The file comes first: a token in the
// catalog that nobody has ever seen would lock everybody out for good.
Status prepare_catalog(Catalog& catalog, const DataFolder& folder) {
  SIGLA_TRY_ASSIGN(const std::vector<Project> projects, catalog.list_projects());
  if (projects.empty()) SIGLA_TRY(catalog.create_project(api::kDefaultProject, true));
  SIGLA_TRY_ASSIGN(const std::vector<Token> tokens, catalog.list_tokens(0));
  if (!tokens.empty()) return {};
  api::TokenRequest request;
  request.name = "administrator";
  request.capabilities = static_cast<std::uint32_t>(Capability::kAdmin);
  const api::NewToken made = api::make_token(request, 0);
  SIGLA_TRY(replace_file(folder.admin_token(), as_bytes(made.secret + "\n"), 0600));
  SIGLA_TRY(catalog.create_token(made.token));
  return {};
}

class ServerNode final : public Node {
 public:
  explicit ServerNode(DataFolder folder) : folder_(std::move(folder)) {}
  Status open(const Settings& settings);

  std::uint16_t port() const override { return server_->port(); }
  const std::filesystem::path& data_folder() const override { return folder_.path(); }
  void run() override {
    server_->run();
    requests_->close();
  }
  void stop() override { server_->stop(drain_seconds_); }

 private:
  Status open_store(const Settings& settings);
  Status open_workers(const Settings& settings);
  Status open_symbolication(const Settings& settings);
  Status open_server(const Settings& settings);
  void set_gauges();
  void log_start() const;

  // In the order they depend on each other; the server goes first.
  DataFolder folder_;
  Limits limits_;
  unsigned drain_seconds_ = 0;
  std::unique_ptr<IndexedCatalog> catalog_;
  std::shared_ptr<FileCache> cache_;
  std::unique_ptr<BlobStore> blobs_;
  std::unique_ptr<api::Access> access_;
  api::Metrics metrics_;
  std::unique_ptr<WorkerPool> workers_;
  std::optional<Ingest> ingest_;
  std::optional<OrphanSweeper> sweeper_;
  std::unique_ptr<WorkerPool> walkers_;
  std::optional<SymcacheStep> symcaches_;
  std::unique_ptr<api::SourceHosts> source_hosts_;
  std::unique_ptr<KeptFiles> downloads_kept_;
  std::unique_ptr<KeptFiles> fetched_symcaches_;
  std::optional<Fetcher> fetcher_;
  std::optional<FetchedFiles> fetched_;
  std::optional<api::RequestTable> requests_;
  std::optional<api::Services> services_;
  std::optional<api::Downloads> downloads_;
  std::unique_ptr<http::Server> server_;
};

Status ServerNode::open(const Settings& settings) {
  limits_.upload_size_max = settings.number("upload_size_max");
  drain_seconds_ = static_cast<unsigned>(settings.number("drain_seconds"));
  SIGLA_TRY(open_store(settings));
  SIGLA_TRY(open_workers(settings));
  SIGLA_TRY(open_symbolication(settings));
  services_.emplace(
      api::Services{*catalog_,
                    *blobs_,
                    *access_,
                    catalog_->key_index(),
                    *ingest_,
                    *walkers_,
                    *symcaches_,
                    {*fetcher_, *fetched_, *requests_, settings.flag("request_sources")},
                    metrics_,
                    folder_.spool(),
                    limits_});
  SIGLA_TRY_ASSIGN(source_hosts_, api::SourceHosts::open(folder_.source_hosts()));
  services_->source_hosts = source_hosts_.get();
  downloads_.emplace(*services_, *cache_);
  SIGLA_TRY(open_server(settings));
  set_gauges();
  log_start();
  return {};
}

Status ServerNode::open_store(const Settings& settings) {
  cache_ = std::make_shared<FileCache>(
      FileCache::Options{.directory = folder_.cache(), .size_max = settings.number("cache_size")});
  FilesBlobStoreOptions options;
  options.root = folder_.path();
  options.cache = cache_;
  SIGLA_TRY_ASSIGN(blobs_, open_files_blob_store(std::move(options)));
  SIGLA_TRY_ASSIGN(std::unique_ptr<Catalog> catalog, open_sqlite_catalog(folder_.catalog()));
  SIGLA_TRY(prepare_catalog(*catalog, folder_));
  catalog_ = std::make_unique<IndexedCatalog>(std::move(catalog));
  SIGLA_TRY_ASSIGN(access_, api::Access::load(*catalog_));
  return {};
}

Status ServerNode::open_workers(const Settings& settings) {
  Ingest::Options ingest;
  ingest.spool = folder_.spool();
  ingest.limits = limits_;
  WorkerPool::Options options;
  options.command = {"/proc/self/exe", "worker"};
  options.sandbox = settings.flag("sandbox");
  options.limits = limits_;
  options.size_max = worker_count(settings);
  // Walks wait for symcaches, which are made in the other pool: it must not be full of walks.
  SIGLA_TRY_ASSIGN(walkers_, WorkerPool::start(options));
  options.size_max = worker_count(settings) + ingest.small_max + ingest.large_max;
  SIGLA_TRY_ASSIGN(workers_, WorkerPool::start(options));
  symcaches_.emplace(*blobs_, *workers_, folder_.symcaches());
  ingest_.emplace(*catalog_, *blobs_, *workers_, std::move(ingest));
  SIGLA_TRY(ingest_->start());
  sweeper_.emplace(*catalog_, *blobs_);
  return {};
}

Status ServerNode::open_symbolication(const Settings& settings) {
  const std::uint64_t size_max = settings.number("download_cache_size");
  SIGLA_TRY_ASSIGN(downloads_kept_, KeptFiles::open(folder_.downloads(), size_max));
  SIGLA_TRY_ASSIGN(fetched_symcaches_, KeptFiles::open(folder_.symcaches() / "fetched", size_max));
  Fetcher::Options options;
  options.kept = downloads_kept_.get();
  options.scratch = folder_.spool();
  options.public_addresses_only = !settings.flag("connect_to_reserved_ips");
  for (const std::string_view folder : split(settings.text("source_folders"), ':')) {
    if (!folder.empty()) options.source_folders.emplace_back(folder);
  }
  options.gcs_url = settings.text("gcs_url");
  options.total_timeout_seconds = kFetchSecondsMax;
  options.miss_life = kMissLife;
  options.limits = limits_;
  fetcher_.emplace(std::move(options));
  fetched_.emplace(*fetched_symcaches_, *workers_);
  api::RequestTable::Options requests;
  requests.thread_count = static_cast<std::size_t>(settings.number("symbolications"));
  if (requests.thread_count == 0) requests.thread_count = std::size_t{2} * processor_count();
  requests_.emplace(requests);
  return {};
}

Status ServerNode::open_server(const Settings& settings) {
  SIGLA_TRY_ASSIGN(const Address address, parse_listen(settings.text("listen")));
  http::Server::Options options;
  options.address = address.host;
  options.port = address.port;
  options.io_thread_count = static_cast<std::size_t>(settings.number("io_threads"));
  options.pool_thread_count = static_cast<std::size_t>(settings.number("pool_threads"));
  options.spool_directory = folder_.spool();
  options.limits = limits_;
  options.name_for_log = api::path_for_log;
  const std::string& certificate = settings.text("tls_certificate");
  const std::string& key = settings.text("tls_key");
  if (certificate.empty() != key.empty()) {
    return make_error(ErrorCode::kInvalidArgument, "tls_certificate and tls_key go together");
  }
  if (!certificate.empty()) options.tls = http::TlsOptions{certificate, key};
  const bool log_requests = settings.flag("access_log");
  options.on_done =
      [this, log_requests](
          const http::Request& request, int status, std::uint64_t sent_size, double seconds) {
        metrics_.count_request(request, status, sent_size, seconds);
        if (!log_requests) return;
        log_info("request",
                 {{"method", request.method},
                  {"surface", api::surface_of(request.path)},
                  {"path", api::path_for_log(request)},
                  {"status", status},
                  {"sent", sent_size},
                  {"seconds", seconds},
                  {"remote", request.remote_address}});
      };
  SIGLA_TRY_ASSIGN(
      server_, http::Server::start(std::move(options), api::make_router(*services_, *downloads_)));
  return {};
}

void ServerNode::set_gauges() {
  metrics_.set_gauges({.connection_count = [this] { return server_->connection_count(); },
                       .data_free_size = [this]() -> std::uint64_t {
                         std::error_code error;
                         const auto space = std::filesystem::space(folder_.path(), error);
                         return error ? 0 : space.available;
                       }});
}

void ServerNode::log_start() const {
  std::string open_projects;
  const auto projects = catalog_->list_projects();
  if (projects.has_value()) {
    for (const Project& project : *projects) {
      if (!project.is_public) continue;
      if (!open_projects.empty()) open_projects += ", ";
      open_projects += project.name;
    }
  }
  log_info("listening",
           {{"port", server_->port()},
            {"data", folder_.path().string()},
            {"administrator_token", folder_.admin_token().string()},
            {"readable_without_token", open_projects}});
}

}  // namespace

Result<std::unique_ptr<Node>> Node::start(const Settings& settings) {
  SIGLA_TRY_ASSIGN(DataFolder folder, DataFolder::open(settings.text("data")));
  auto node = std::make_unique<ServerNode>(std::move(folder));
  SIGLA_TRY(node->open(settings));
  return std::unique_ptr<Node>(std::move(node));
}

}  // namespace sigla::app
