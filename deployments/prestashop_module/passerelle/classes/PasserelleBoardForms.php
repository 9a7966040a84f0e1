<?php
/**
 * What the forms of the page send becomes requests; what Passerelle did not offer is not noted.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleBoardForms
{
    /** @var PasserelleBoard */
    private $board;

    /** @var int */
    private $employee;

    public function __construct(PasserelleBoard $board, $employee)
    {
        $this->board = $board;
        $this->employee = (int) $employee;
    }

    /**
     * @return bool whether something was noted, here and below
     */
    public function askRun($flow)
    {
        $page = $this->board->page();
        $offered = array_column(isset($page['flows']) ? $page['flows'] : [], 'name');
        if (!in_array($flow, $offered, true)) {
            return false;
        }
        $this->board->ask(PasserelleBoard::RUN, $flow, [], $this->employee);

        return true;
    }

    public function askOrder($id)
    {
        $order = new Order((int) $id);
        if (!Validate::isLoadedObject($order) || (int) $order->id_shop !== (int) Context::getContext()->shop->id) {
            return false;
        }
        $this->board->ask(PasserelleBoard::RESEND, (string) $order->id, [], $this->employee);

        return true;
    }

    public function askSettings(array $values, array $seen)
    {
        $changes = [];
        foreach ($this->offeredSettings() as $key => $kind) {
            if (!isset($seen[$key]) || ($kind !== 'order_states' && !isset($values[$key]))) {
                continue;
            }
            $value = isset($values[$key]) ? $values[$key] : [];
            if (is_array($value)) {
                $value = $this->sameOrAnother($value, (string) $seen[$key]);
            }
            $value = trim((string) $value);
            if ($value !== (string) $seen[$key]) {
                $changes[] = ['key' => (string) $key, 'seen' => (string) $seen[$key], 'value' => $value];
            }
        }

        return $this->askFor(PasserelleBoard::SETTINGS, $changes);
    }

    public function askAssociations(array $sections)
    {
        $changes = [];
        foreach ($sections as $section => $rows) {
            foreach (is_array($rows) ? $rows : [] as $row) {
                // An empty right side takes the line out: one that was not sent says nothing.
                if (!isset($row['code'], $row['value'])) {
                    continue;
                }
                $code = trim((string) $row['code']);
                $value = trim((string) $row['value']);
                $seen = isset($row['seen']) ? (string) $row['seen'] : '';
                if ($code !== '' && $value !== $seen) {
                    $changes[] = ['key' => $section . '.' . $code, 'seen' => $seen, 'value' => $value];
                }
            }
        }

        return $this->askFor(PasserelleBoard::ASSOCIATIONS, $changes);
    }

    /**
     * The ids that are ticked, in the order of the page where they are those that were.
     */
    private function sameOrAnother(array $ids, $seen)
    {
        $ids = array_map('intval', $ids);
        sort($ids);
        $before = array_map('intval', array_filter(explode(', ', $seen), 'strlen'));
        sort($before);

        return $ids === $before ? $seen : implode(', ', $ids);
    }

    private function askFor($kind, array $changes)
    {
        if ($changes !== []) {
            $this->board->ask($kind, '', $changes, $this->employee);
        }

        return $changes !== [];
    }

    private function offeredSettings()
    {
        $page = $this->board->page();
        $kinds = [];
        foreach (isset($page['settings']) ? $page['settings'] : [] as $table) {
            foreach ($table['fields'] as $field) {
                $kinds[$field['key']] = $field['kind'];
            }
        }

        return $kinds;
    }
}
