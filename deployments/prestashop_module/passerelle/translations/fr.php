<?php
/**
 * Part of the module Passerelle.
 *
 * @author Passerelle
 * @license https://www.apache.org/licenses/LICENSE-2.0 Apache-2.0
 */
global $_MODULE;
$_MODULE = [];
$_MODULE['<{passerelle}prestashop>passerelle_069b6ad7b774de94c93b9461789b324f'] = 'Passerelle';
$_MODULE['<{passerelle}prestashop>passerelle_d1292085404fd7e17e21717cd16d375a'] = 'Ajoute au webservice ce dont un ERP a besoin : retours de marchandises, civilités, ventes des magasins, stocks et prix par référence.';
