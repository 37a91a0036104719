# Each example either serves, and first prints its address, or ends.

stage_examples() {
    need_compiler
    need curl curl
    cargo build --examples
    local path
    for path in examples/*; do
        run_example "$(basename "$path" .rs)"
    done
}

run_example() {
    local name=$1 args=() http=() status=0 output url deadline=$((SECONDS + 60))
    # The token of RFC 7515, appendix A.1, which expired in 2011.
    local token=eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9
    token+=.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ
    token+=.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk

    case $name in
        auth_server | resource_server) args=(--listen 127.0.0.1:0) ;;
        inspect) args=("$token") status=1 ;;
        *) args=(127.0.0.1:0) ;;
    esac

    # A gRPC server speaks HTTP/2 only.
    [[ $name != tonic ]] || http=(--http2-prior-knowledge)

    output=$(mktemp)
    "$CARGO_TARGET_DIR/debug/examples/$name" "${args[@]}" >"$output" &
    example=$!
    until read -r _ <"$output" || ! kill -0 "$example" 2>/dev/null; do
        ((SECONDS < deadline)) || die "example $name: neither serves nor ends"
        sleep 0.1
    done

    url=$(sed -n '1s/^listening on //p' "$output")
    if [[ -n $url ]]; then
        # Any response will do: without a token, most routes respond with 401.
        curl --silent --show-error --max-time 10 --output /dev/null "${http[@]}" "$url/" ||
            die "example $name: no response"
        stop_example
        echo "example $name: serves"
    else
        local ended=0
        wait "$example" || ended=$?
        example=
        ((ended == status)) || die "example $name: ended with $ended, expected $status"
        echo "example $name: ends"
    fi
    rm "$output"
}

example=
stop_example() {
    [[ -n $example ]] || return 0
    kill "$example" 2>/dev/null || true
    wait "$example" 2>/dev/null || true
    example=
}
