// parleyd on a free port of the loopback, and its /metrics over a socket of our own.
#include "load/server_process.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace parley::load {
namespace {

constexpr std::chrono::seconds start_patience{30};
constexpr std::chrono::seconds stop_patience{30};
constexpr std::chrono::milliseconds glance{20};

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return to;
}

class tcp {
public:
    tcp() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        if (socket_ < 0) throw std::system_error(errno, std::generic_category(), "socket");
    }
    ~tcp() { ::close(socket_); }
    tcp(const tcp&) = delete;
    tcp& operator=(const tcp&) = delete;
    [[nodiscard]] int get() const { return socket_; }

private:
    int socket_;
};

std::uint16_t free_port() {
    const tcp probe;
    auto at = loopback(0);
    socklen_t size = sizeof at;
    if (::bind(probe.get(), reinterpret_cast<sockaddr*>(&at), size) != 0 ||
        ::getsockname(probe.get(), reinterpret_cast<sockaddr*>(&at), &size) != 0)
        throw std::system_error(errno, std::generic_category(), "bind");
    return ntohs(at.sin_port);
}

/// The whole response; nothing when nobody listens.
std::optional<std::string> get(std::uint16_t port, std::string_view path) {
    const tcp connection;
    const auto to = loopback(port);
    if (::connect(connection.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) return std::nullopt;
    const auto request = fmt::format("GET {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\r\n", path, port);
    if (::send(connection.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) return std::nullopt;
    std::string response;
    char buffer[16384];
    for (ssize_t got = 0; (got = ::recv(connection.get(), buffer, sizeof buffer, 0)) > 0;)
        response.append(buffer, static_cast<std::size_t>(got));
    return response;
}

}  // namespace

server_process::server_process(std::filesystem::path programs, std::filesystem::path folder,
                               const std::string& database_url, const std::string& more)
    : programs_(std::move(programs)), folder_(std::move(folder)), port_(free_port()) {
    std::filesystem::create_directories(folder_ / "config");
    std::filesystem::create_directories(folder_ / "data");
    config_ = folder_ / "config/parley.yaml";
    std::ofstream to(config_);
    to << fmt::format(
        "server: {{address: 127.0.0.1, port: {}, data_directory: {}, limits: false}}\ndatabase: {{url: \"{}\"}}\n"
        "log: {{level: warning, format: text}}\n{}",
        port_, (folder_ / "data").string(), database_url, more);
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
    for (auto answer = get(port_, "/ready"); !answer || !answer->starts_with("HTTP/1.1 200");
         answer = get(port_, "/ready")) {
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
    std::istringstream lines(get(port_, "/metrics").value_or(std::string{}));
    for (std::string line; std::getline(lines, line);) {
        const auto space = line.rfind(' ');
        if (!line.starts_with("parley_") || space == std::string::npos) continue;
        all[line.substr(0, line.find_first_of("{ "))] += std::strtod(line.c_str() + space, nullptr);
    }
    if (all.empty()) throw std::runtime_error("parleyd shows no metrics");
    return all;
}

}  // namespace parley::load
