// One scene, played: what the server used for it, and how fast it was.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

#include "load/reloads.hpp"
#include "load/scene.hpp"

namespace parley::load {

struct stage_options {
    std::filesystem::path programs;     ///< the folder of parleyd and parley
    std::string contestant = "parley";  ///< as start_contestant() knows it
    std::string database;               ///< "sqlite" or "postgresql"
    std::string more;                   ///< further lines of parley.yaml
    unsigned threads = 0;               ///< of parleyd for connections; 0: as many as there are cores
    double warm_up_seconds = 1.5;
    std::size_t window = 0;                ///< messages on their way at most; 0: as the scene says
    std::string isolation = "in_process";  ///< of the plugins of scenes with reloads
    std::string alongside;  ///< a shell command to run while it is measured, with PID and SECONDS in its environment
};

struct measurement {
    const scene* of = nullptr;
    std::string database;
    double seconds = 0;
    std::uint64_t messages = 0;
    std::uint64_t deliveries = 0;
    double server_cpu = 0;    ///< seconds, of the server's process alone
    double database_cpu = 0;  ///< seconds, of all processes of PostgreSQL
    double own_cpu = 0;       ///< seconds, of the load generator: near `seconds`, it is what limits the rate
    double writes = 0;        ///< system calls for WebSocket frames
    double wire_bytes = 0;
    double commits = 0;
    double committed_jobs = 0;
    double delivery_p50_ms = 0;
    double delivery_p99_ms = 0;
    double answer_p50_ms = 0;
    double answer_p99_ms = 0;
    double opening_seconds = 0;  ///< of all connections, until it was quiet
    double opening_cpu = 0;      ///< what the server used for that
    std::uint64_t opening_frames = 0;
    std::uint64_t connections = 0;
    std::uint64_t resident_before = 0;  ///< bytes, without connections
    std::uint64_t resident_open = 0;    ///< bytes, all open and quiet
    std::uint64_t resident_end = 0;     ///< bytes, after the talk
    reload_count reloads;
    double calls = 0;       ///< into plugins, in scenes with reloads
    bool complete = false;  ///< everything acknowledged was delivered to everybody, once
};

/// Throws std::runtime_error when the scene cannot be played.
[[nodiscard]] measurement play(const scene&, const stage_options&);

/// 0 of nothing; reorders what it is given.
[[nodiscard]] double percentile_ms(std::vector<std::uint32_t>& microseconds, double part);

void print_header(std::ostream&);
void print(const measurement&, std::ostream&);

}  // namespace parley::load
