// Two locks on one connection: the number, which must be had, and the lead, which somebody has.
#include "storage/node_claim.hpp"

#include <fmt/core.h>
#include <libpq-fe.h>

#include "storage/connection.hpp"
#include "storage/odb.hpp"

namespace parley::storage {
namespace {

constexpr int numbers = 0x70726c6e;  // the first half of the locks' keys: "prln" and "prll"
constexpr int lead = 0x70726c6c;

PGconn* handle_of(odb::connection& of) { return static_cast<odb::pgsql::connection&>(of).handle(); }

bool try_lock(odb::connection& on, int what, unsigned which) {
    const auto sql = fmt::format("SELECT pg_try_advisory_lock({}, {})", what, which);
    auto* const answer = PQexec(handle_of(on), sql.c_str());
    const bool got = PQresultStatus(answer) == PGRES_TUPLES_OK && std::string_view(PQgetvalue(answer, 0, 0)) == "t";
    take_answer(on, answer);
    return got;
}

/// Whether that process was still there. It may not have heard that its connection is gone.
bool end_backend(odb::connection& on, int process) {
    const auto sql = fmt::format(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = {} AND pid = {}",
        numbers, process);
    auto* const answer = PQexec(handle_of(on), sql.c_str());
    const bool was_there = PQntuples(answer) > 0;
    take_answer(on, answer);
    return was_there;
}

/// A machine that lost its power says nothing; without this PostgreSQL would believe in it for two hours.
constexpr const char* keepalive =
    "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3";

}  // namespace

struct node_claim::line {
    explicit line(database& to) : on(to.mapped().connection()) {}
    /// Without asking: a database that is frozen must not hold up whoever looks.
    [[nodiscard]] bool is_up() const {
        auto* const handle = handle_of(*on);
        return PQconsumeInput(handle) == 1 && PQstatus(handle) == CONNECTION_OK;
    }

    odb::connection_ptr on;
};

node_claim::node_claim(std::shared_ptr<database> of, unsigned node)
    : database_(std::move(of)), node_(node), leads_(database_->kind() == engine::sqlite) {}

node_claim::~node_claim() = default;

result<void> node_claim::hold() {
    if (database_->kind() == engine::sqlite) return {};
    try {
        if (line_ && !line_->is_up()) {
            lost_ = PQbackendPID(handle_of(*line_->on));
            line_.reset();
            leads_ = false;
        }
        if (!line_) {
            auto made = std::make_unique<line>(*database_);
            take_answer(*made->on, PQexec(handle_of(*made->on), keepalive));
            const bool got = try_lock(*made->on, numbers, node_);
            if (!got && lost_ != 0 && end_backend(*made->on, lost_))
                return failure(fault::unavailable, "node_late", "The lost connection has the number still.");
            if (!got)
                return failure(
                    fault::conflict, "node_taken",
                    fmt::format("Another server on this database has server.node {}; each needs its own.", node_),
                    "server.node");
            line_ = std::move(made);
            lost_ = 0;
        }
        if (!leads_) leads_ = try_lock(*line_->on, lead, 0);
        return {};
    } catch (const std::exception& thrown) {
        line_.reset();
        leads_ = false;
        return failure(fault::unavailable, "database_unreachable",
                       fmt::format("The database {} cannot be reached.", database_->shown_url()));
    }
}

}  // namespace parley::storage
