// parleyd on a free port of the loopback, and its /metrics over a socket of our own.
#include "load/server_process.hpp"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "load/loopback.hpp"

namespace parley::load {
namespace {

constexpr std::chrono::seconds start_patience{60};
constexpr std::chrono::seconds stop_patience{30};
constexpr std::chrono::milliseconds glance{5};

bool is_ready(std::uint16_t port) {
    try {
        http_connection(port).get("/ready", "");
        return true;
    } catch (const std::exception&) {
        return false;  // not yet
    }
}

}  // namespace

server_process::server_process(std::filesystem::path programs, std::filesystem::path folder,
                               const std::string& database_url, const std::string& more, unsigned threads)
    : programs_(std::move(programs)), folder_(std::move(folder)), port_(free_port()) {
    std::filesystem::create_directories(folder_ / "config");
    std::filesystem::create_directories(folder_ / "data");
    config_ = folder_ / "config/parley.yaml";
    std::ofstream to(config_);
    to << fmt::format(
        "server: {{address: 127.0.0.1, port: {}, data_directory: {}, limits: false, threads: {}}}\ndatabase: {{url: "
        "\"{}\"}}\n"
        "log: {{level: warning, format: text}}\n{}",
        port_, (folder_ / "data").string(), threads, database_url, more);
    if (!to.flush()) throw std::runtime_error("the configuration cannot be written");
}

server_process::~server_process() {
    if (server_) server_->stop(SIGTERM, stop_patience);
}

void server_process::prepare(const std::string& tenant) const {
    const auto parley = (programs_ / "parley").string();
    run({parley, "--config", config_.string(), "migrate", "up"}, folder_ / "parley.log");
    run({parley, "--config", config_.string(), "tenant", "create", tenant}, folder_ / "parley.log");
}

void server_process::start() {
    const auto log = folder_ / "parleyd.log";
    server_ = std::make_unique<child_process>(
        std::vector<std::string>{programs_ / "parleyd", "--config", config_.string()}, log);
    const auto until = std::chrono::steady_clock::now() + start_patience;
    while (!is_ready(port_)) {
        if (!server_->running() || std::chrono::steady_clock::now() > until)
            throw std::runtime_error("parleyd did not become ready:\n" + tail_of(log));
        std::this_thread::sleep_for(glance);
    }
}

void server_process::stop() {
    server_->stop(SIGTERM, stop_patience);
    if (server_->wait() != 0) throw std::runtime_error("parleyd ended badly:\n" + tail_of(folder_ / "parleyd.log"));
}

void server_process::write_tenant(const std::string& tenant, const std::string& text) const {
    const auto folder = config_.parent_path() / "tenants";
    std::filesystem::create_directories(folder);
    const auto made = folder / "made";  // no *.yaml, so no tenant's
    std::ofstream to(made);
    to << text;
    to.close();
    if (!to) throw std::runtime_error("the tenant's file cannot be written");
    std::filesystem::rename(made, folder / (tenant + ".yaml"));
}

void server_process::tell_to_reload() const { ::kill(pid(), SIGHUP); }

metrics server_process::read_metrics() const {
    metrics all;
    std::istringstream lines(http_connection(port_).get("/metrics", ""));
    for (std::string line; std::getline(lines, line);) {
        const auto space = line.rfind(' ');
        if (!line.starts_with("parley_") || space == std::string::npos) continue;
        all[line.substr(0, line.find_first_of("{ "))] += std::strtod(line.c_str() + space, nullptr);
    }
    if (all.empty()) throw std::runtime_error("parleyd shows no metrics");
    return all;
}

}  // namespace parley::load
