# shellcheck shell=bash disable=SC2154 # root is the waymark script's
# The words of the course are done by a program of ours, lessons/course/main.cc. Here it is built, with
# the folders in which it compiles what learners write, and becomes this process: so it has the
# terminal, and Ctrl-C reaches it directly.

readonly course_words='list begin check watch hint solution reset demo doctor grade handout lesson prove capstone'

is_course_word() { [[ " $course_words " == *" $1 "* ]]; }

# run_course WORD OPTION...
run_course() {
    need_packages build
    configure_release
    configure_tests
    ninja_in build lessons/course/course
    exec "$root/build/lessons/course/course" --root "$root" --build "$root/build" \
        --build-address "$root/build-sanitize" --build-thread "$root/build-threads" "$@"
}
