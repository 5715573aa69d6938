// parleyd as it is, and the two others, which are a command with a port, a list of rooms and a database.
#include "load/contestant.hpp"

#include <csignal>
#include <fstream>
#include <stdexcept>
#include <thread>
#include <vector>

#include "load/loopback.hpp"
#include "load/seed.hpp"

namespace parley::load {
namespace {

constexpr std::chrono::seconds start_patience{60};
constexpr std::chrono::milliseconds glance{20};

class parleyd final : public contestant {
public:
    explicit parleyd(const household& at) : server_(at.programs, at.folder, at.database_url, at.more, at.threads) {
        server_.prepare(std::string(tenant));
        people_ = seed(server_.config(), std::string(tenant), at.people, at.rooms, at.members_each);
        server_.start();
    }
    std::uint16_t port() const override { return server_.port(); }
    pid_t pid() const override { return server_.pid(); }
    const language& speaks() const override { return parley_language(); }
    const population& people() const override { return people_; }
    metrics counted() const override { return server_.read_metrics(); }
    server_process* parley() override { return &server_; }
    void stop() override { server_.stop(); }

private:
    server_process server_;
    population people_;
};

class other final : public contestant {
public:
    other(const household& at, std::vector<std::string> command, const language& speaking)
        : speaking_(speaking), people_(plan(at.people, at.rooms, at.members_each)), port_(free_port()) {
        const auto log = at.folder / "server.log";
        const auto rooms = at.folder / "rooms";
        write_rooms(rooms);
        command.insert(command.end(), {std::to_string(port_), rooms.string(), at.database_url});
        server_ = std::make_unique<child_process>(command, log);
        const auto until = std::chrono::steady_clock::now() + start_patience;
        while (!answers(port_)) {
            if (!server_->running() || std::chrono::steady_clock::now() > until)
                throw std::runtime_error(command.front() + " did not start:\n" + tail_of(log));
            std::this_thread::sleep_for(glance);
        }
    }
    std::uint16_t port() const override { return port_; }
    pid_t pid() const override { return server_->pid(); }
    const language& speaks() const override { return speaking_; }
    const population& people() const override { return people_; }
    metrics counted() const override { return {}; }
    server_process* parley() override { return nullptr; }
    void stop() override {
        if (!server_->running()) throw std::runtime_error("a server ended before its time");
        server_->stop(SIGTERM, start_patience);
    }

private:
    void write_rooms(const std::filesystem::path& file) const {
        std::ofstream to(file);
        for (const auto& room : people_.rooms) {
            for (const auto member : room.members) to << member << ' ';
            to << '\n';
        }
        if (!to.flush()) throw std::runtime_error("the rooms cannot be written");
    }

    const language& speaking_;
    population people_;
    std::uint16_t port_;
    std::unique_ptr<child_process> server_;
};

}  // namespace

std::unique_ptr<contestant> start_contestant(std::string_view name, const household& at) {
    if (name == "parley") return std::make_unique<parleyd>(at);
    if (name == "reference")
        return std::make_unique<other>(at, std::vector{(at.programs / "parley_reference").string()}, bare_language());
    if (name != "peer") throw std::runtime_error("nobody is called " + std::string(name));
    return std::make_unique<other>(at, std::vector<std::string>{"node", PARLEY_LOAD_PEER "/server.js"},
                                   socket_io_language());
}

}  // namespace parley::load
