// What is over goes: uploads that nobody went on with, files that nobody sent, leftovers of a crash.
#pragma once

#include <parley/storage.hpp>

#include <map>
#include <mutex>

#include "checking.hpp"
#include "house.hpp"
#include "messages.hpp"
#include "receiving.hpp"

namespace attachments {

struct verify_request {
    std::optional<bool> repair;  ///< false: only says what is wrong
    std::optional<bool> deep;    ///< reads every blob through
};
BOOST_DESCRIBE_STRUCT(verify_request, (), (repair, deep))

/// What was found, and what was done about it where that was asked for.
struct verified {
    std::int64_t files = 0;          ///< rows
    std::int64_t bytes = 0;          ///< of them
    std::int64_t lost = 0;           ///< rows without a blob, or with one of another size
    std::int64_t changed = 0;        ///< blobs that are not what was taken; only when asked deeply
    std::int64_t orphans = 0;        ///< blobs without a row
    std::int64_t leftovers = 0;      ///< parts of uploads that nobody waits for
    std::int64_t strays = 0;         ///< versions whose first one is gone
    std::int64_t wrong_tallies = 0;  ///< of the ledger
    bool repaired = false;
    std::vector<std::string> found;  ///< a line each, the first 100, for the operator of the server
};
BOOST_DESCRIBE_STRUCT(verified, (),
                      (files, bytes, lost, changed, orphans, leftovers, strays, wrong_tallies, repaired, found))

class sweeping {
public:
    sweeping(house& in, checking& gates, receiving& to, messages& with)
        : in_(in), gates_(gates), to_(to), messages_(with) {}

    /// At the start, before any transfer: what ended with the last process. All tenants.
    [[nodiscard]] sdk::task<> recover();
    /// The job of a tenant; does nothing until its cleanup_interval is over.
    [[nodiscard]] sdk::task<> sweep(sdk::call);
    [[nodiscard]] sdk::task<verified> verify(sdk::call, verify_request);

private:
    struct finding;
    struct bucket;
    [[nodiscard]] bool is_time(const sdk::call&);
    [[nodiscard]] sdk::task<> end_uploads(sdk::call);
    [[nodiscard]] sdk::task<> end_files(sdk::call);
    [[nodiscard]] sdk::task<bucket> look_into_bucket(sdk::call) const;
    enum class looks : std::uint8_t { sound = 1, lost, changed };
    [[nodiscard]] sdk::result<looks> look_at(const file_row&, bool deep, const bucket&, const settings&) const;
    [[nodiscard]] sdk::task<> compare_files(sdk::call, bool deep, const bucket&, finding&) const;
    [[nodiscard]] sdk::task<> compare_places(sdk::call, const bucket&, finding&) const;
    [[nodiscard]] sdk::task<> repair(sdk::call, const finding&);

    house& in_;
    checking& gates_;
    receiving& to_;
    messages& messages_;
    std::mutex lock_;
    std::map<sdk::id, std::int64_t> swept_;  ///< when, by tenant
};

}  // namespace attachments
