// The group as five arrays in PostgreSQL's binary form: one statement, prepared once, whatever the group's size.
#include "load/reference_store.hpp"

#include <array>
#include <stdexcept>

namespace parley::load {
namespace {

constexpr unsigned int8_type = 20;
constexpr unsigned int4_type = 23;
constexpr unsigned text_type = 25;

constexpr const char* table =
    "CREATE TABLE message (id BIGINT PRIMARY KEY, room INTEGER NOT NULL, person INTEGER NOT NULL, text TEXT NOT NULL)";
constexpr const char* insert =
    "INSERT INTO message SELECT * FROM unnest($1::bigint[], $2::integer[], $3::integer[], $4::text[])";

void put(std::string& to, std::uint64_t value, unsigned bytes) {
    for (auto left = bytes; left > 0; --left) to.push_back(static_cast<char>(value >> (8 * (left - 1))));
}

/// The head of an array with one dimension and no NULL.
std::string array_of(unsigned type, std::size_t size) {
    std::string bytes;
    for (const std::uint64_t field :
         {std::uint64_t{1}, std::uint64_t{0}, std::uint64_t{type}, std::uint64_t{size}, std::uint64_t{1}})
        put(bytes, field, 4);
    return bytes;
}

template <class Member>
std::string numbers(const std::vector<bare_message>& of, Member member, unsigned type, unsigned width) {
    auto bytes = array_of(type, of.size());
    for (const auto& one : of) {
        put(bytes, width, 4);
        put(bytes, static_cast<std::uint64_t>(one.*member), width);
    }
    return bytes;
}

std::string texts(const std::vector<bare_message>& of) {
    auto bytes = array_of(text_type, of.size());
    for (const auto& one : of) {
        put(bytes, one.text.size(), 4);
        bytes += one.text;
    }
    return bytes;
}

}  // namespace

reference_store::reference_store(const std::string& url, kept when_kept)
    : connection_(PQconnectdb(url.c_str())), when_kept_(std::move(when_kept)) {
    if (PQstatus(connection_.get()) != CONNECTION_OK) give_up("connecting");
    const auto run = [&](PGresult* made, const char* doing) {
        const auto status = PQresultStatus(made);
        PQclear(made);
        if (status != PGRES_COMMAND_OK) give_up(doing);
    };
    run(PQexec(connection_.get(), table), "making the table");
    run(PQprepare(connection_.get(), "keep", insert, 0, nullptr), "preparing");
    if (PQsetnonblocking(connection_.get(), 1) != 0) give_up("not blocking");
}

void reference_store::start() {
    if (waiting_.empty() || !under_way_.empty()) return;
    under_way_.swap(waiting_);
    const std::array columns{numbers(under_way_, &bare_message::id, int8_type, 8),
                             numbers(under_way_, &bare_message::room, int4_type, 4),
                             numbers(under_way_, &bare_message::person, int4_type, 4), texts(under_way_)};
    std::array<const char*, 4> values{};
    std::array<int, 4> sizes{};
    const std::array<int, 4> binary{1, 1, 1, 1};
    for (std::size_t i = 0; i < columns.size(); ++i) {
        values[i] = columns[i].data();
        sizes[i] = static_cast<int>(columns[i].size());
    }
    if (PQsendQueryPrepared(connection_.get(), "keep", 4, values.data(), sizes.data(), binary.data(), 1) != 1)
        give_up("sending");
    // A group is small beside the socket's buffer, and the server reads at once: so this waits only in name.
    while (PQflush(connection_.get()) == 1) continue;
}

void reference_store::readable() {
    if (PQconsumeInput(connection_.get()) != 1) give_up("reading");
    while (!under_way_.empty() && PQisBusy(connection_.get()) == 0) {
        PGresult* const made = PQgetResult(connection_.get());
        if (made != nullptr) {
            const bool good = PQresultStatus(made) == PGRES_COMMAND_OK;
            PQclear(made);
            if (!good) give_up("keeping");
            continue;
        }
        auto group = std::move(under_way_);
        under_way_.clear();
        when_kept_(group);
    }
}

void reference_store::give_up(const char* doing) const {
    throw std::runtime_error(std::string(doing) + ": " + PQerrorMessage(connection_.get()));
}

}  // namespace parley::load
