#include "lessons/course/check/core_dumps.hh"

#include <atomic>

namespace waymark::course::check {

namespace {

std::atomic<bool> told = false;

}  // namespace

CoresAreTold::CoresAreTold() {
    told = true;
}

CoresAreTold::~CoresAreTold() {
    told = false;
}

bool cores_are_told() {
    return told.load();
}

}  // namespace waymark::course::check
