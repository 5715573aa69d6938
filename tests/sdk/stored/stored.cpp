// A plugin for the SDK's own tests of storage: work that ends well, with an error, with an exception, and says events.
#include <parley/storage.hpp>

#include "entities-odb.hpp"
#include "entities.hpp"

namespace {

namespace sdk = parley::sdk;

BOOST_DEFINE_ENUM_CLASS(ending, well, error, exception)

struct put_input {
    std::string name;
    std::int64_t number;
    ending ends;
};
BOOST_DESCRIBE_STRUCT(put_input, (), (name, number, ends))

struct sum {
    std::int64_t number = 0;
    std::int64_t rows = 0;
};
BOOST_DESCRIBE_STRUCT(sum, (), (number, rows))

class plugin {
public:
    void setup(sdk::registry<plugin>& on) {
        on.command("stored.put", "stored.use", {"POST", "/api/v1/stored", "Adds to a number.", {}}, &plugin::put);
        on.command("stored.sum", "stored.use", {"GET", "/api/v1/stored", "All together.", {}}, &plugin::add_up);
    }

private:
    sdk::task<sum> put(sdk::call call, put_input in) {
        const sdk::saying seen("stored.seen", boost::json::object{{"it's", "a 'quoted' \\ text"}},
                               {.conversation = {}, .user = call.user, .message = {}});
        co_return co_await call.storage(
            [&](sdk::transaction& t) -> sdk::result<sum> {
                using query = odb::query<kept>;
                auto row = t.db().query_one<kept>(query::name == in.name);
                const bool is_new = row == nullptr;
                if (is_new) {
                    row = std::make_shared<kept>();
                    row->id = sdk::next_id().number();
                    row->name = in.name;
                }
                row->number += in.number;
                is_new ? (void)t.db().persist(*row) : t.db().update(*row);
                t.say("stored.put", in, {.conversation = sdk::id(11), .user = {}, .message = {}});
                if (in.ends == ending::error) return sdk::conflict("asked_for", "As asked.");
                if (in.ends == ending::exception) throw std::runtime_error("secret detail");
                return sum{row->number, 1};
            },
            seen);
    }

    sdk::task<sum> add_up(sdk::call call) {
        co_return co_await call.storage([](odb::database& db) {
            sum all;
            for (const auto& row : db.query<kept>()) {
                all.number += row.number;
                ++all.rows;
            }
            return all;
        });
    }
};

}  // namespace

PARLEY_PLUGIN(plugin);
