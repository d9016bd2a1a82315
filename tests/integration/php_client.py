"""PHP, run as a program: a script is given one JSON value and prints another."""
import json
import subprocess

from tests.integration.node import SLOWER

# What all scripts start with: $input.
START = r"""
error_reporting(E_ALL);
set_error_handler(function ($number, $text) { throw new ErrorException($text, $number); });
$input = json_decode(stream_get_contents(STDIN), true, 512, JSON_THROW_ON_ERROR);
"""
# And those of SOAP: a client that keeps what it would send.
SOAP = r"""
ini_set('soap.wsdl_cache_enabled', '0');
class Keeper extends SoapClient {
    public $sent, $address, $action;
    public function __doRequest($request, $location, $action, $version, $one_way = false): ?string {
        [$this->sent, $this->address, $this->action] = [$request, $location, $action];
        return '';
    }
}
"""


def run(script, value):
    """The JSON that the script, which has PHP's SoapClient, prints."""
    return run_with("soap", SOAP + script, value)


def run_with(extension, script, value):
    """The same with another extension, and nothing of the machine's own settings."""
    done = subprocess.run(["php", "-n", "-d", f"extension={extension}", "-r", START + script],
                          input=json.dumps(value), capture_output=True, text=True,
                          timeout=60 * SLOWER)
    assert done.returncode == 0 and not done.stderr, (done.returncode, done.stderr, done.stdout)
    return json.loads(done.stdout)
