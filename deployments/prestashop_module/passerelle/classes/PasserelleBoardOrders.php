<?php
/**
 * The shop's orders beside what Passerelle says of each, and what the shop has that a code of the ERP may stand for.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
if (!defined('_PS_VERSION_')) {
    exit;
}

class PasserelleBoardOrders
{
    const PER_PAGE = 20;

    /** @var bool whether there are orders after those that were read last */
    public $hasMore = false;

    /** @var int */
    private $shop;

    /** @var int */
    private $language;

    public function __construct($idShop, $idLanguage)
    {
        $this->shop = (int) $idShop;
        $this->language = (int) $idLanguage;
    }

    public function rows($filter, $search, $page)
    {
        $where = 'o.`id_shop` = ' . $this->shop;
        if ($filter === 'no') {
            $where .= " AND (b.`state` IS NULL OR b.`state` NOT IN ('delivered', '" . PasserelleBoard::SENT . "'))";
        } elseif ($filter === PasserelleBoard::SENT) {
            $where .= " AND b.`state` = '" . PasserelleBoard::SENT . "'";
        }
        if ($search !== '') {
            $where .= " AND (o.`reference` LIKE '%" . pSQL(addcslashes($search, '%_')) . "%' OR o.`id_order` = " . (int) $search . ')';
        }
        $rows = PasserelleTables::rows(
            'SELECT o.`id_order`, o.`reference`, o.`date_add`, sl.`name` AS `state_name`,
                b.`state`, b.`erp_number`, b.`why`, b.`changed_at`
            FROM ' . PasserelleTables::name('orders') . ' o
            LEFT JOIN ' . PasserelleTables::name('passerelle_board_order') . ' b
                ON b.`id_order` = o.`id_order` AND ' . PasserelleTables::same('b.`reference`', 'o.`reference`') . '
            LEFT JOIN ' . PasserelleTables::name('order_state_lang') . ' sl
                ON sl.`id_order_state` = o.`current_state` AND sl.`id_lang` = ' . $this->language . '
            WHERE ' . $where . '
            ORDER BY o.`id_order` DESC
            LIMIT ' . (((int) $page - 1) * self::PER_PAGE) . ', ' . (self::PER_PAGE + 1)
        );
        $this->hasMore = count($rows) > self::PER_PAGE;

        return array_slice($rows, 0, self::PER_PAGE);
    }

    /**
     * Names by the id or code that an association holds, by the name of what it stands for.
     */
    public function options()
    {
        return [
            'tax_rules_groups' => ['0' => '0 %'] + $this->named(TaxRulesGroup::getTaxRulesGroups(), 'id_tax_rules_group', 'name'),
            'titles' => $this->named(Gender::getGenders($this->language)->getResults(), 'id_gender', 'name'),
            'countries' => $this->named(Country::getCountries($this->language, true), 'iso_code', 'name'),
            'carriers' => $this->carriers(),
            'groups' => $this->named(Group::getGroups($this->language), 'id_group', 'name'),
            'order_states' => $this->named(OrderState::getOrderStates($this->language), 'id_order_state', 'name'),
        ];
    }

    private function carriers()
    {
        $carriers = Carrier::getCarriers($this->language, false, false, false, null, Carrier::ALL_CARRIERS);

        return $this->named($carriers, 'id_reference', 'name');
    }

    private function named($rows, $id, $name)
    {
        $named = [];
        foreach ($rows ?: [] as $row) {
            $key = is_object($row) ? $row->{$id} : $row[$id];
            $named[(string) $key] = is_object($row) ? $row->{$name} : $row[$name];
        }

        return $named;
    }
}
